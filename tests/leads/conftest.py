"""What every test about leads can ask for."""

from pathlib import Path

import pytest

from tests.leads.files import MAPPING


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own to run commands in, with a mapping for the files of the tests."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.yaml").write_text(MAPPING)
    return tmp_path
