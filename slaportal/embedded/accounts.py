"""The system account under which the servers run: one's own, or for root a lesser one.

PostgreSQL refuses to run as root.
"""

import os
import pwd
import shutil
import struct
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from slaportal.embedded.failures import UnableToStart, unwritable

ACCOUNT_NAME = "slaportal"
ACL_ATTRIBUTE = "system.posix_acl_access"
ACL_VERSION = 2
ACL_OWNER, ACL_USER, ACL_GROUP, ACL_MASK, ACL_OTHERS = 0x01, 0x02, 0x04, 0x10, 0x20
NO_ID = 0xFFFFFFFF
PASS = 1


@dataclass(frozen=True, slots=True)
class Account:
    """A system account by number; `change` says whether one has to become it first."""

    uid: int
    gid: int
    change: bool

    def run(
        self,
        command: Sequence[str | Path],
        *,
        text: str | None = None,
        descriptors: Sequence[int] = (),
        timeout: float = 120,
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program to its end as this account, out of reach of the terminal's Ctrl-C."""
        become: Mapping[str, object] = (
            {"user": self.uid, "group": self.gid, "extra_groups": []} if self.change else {}
        )
        return subprocess.run(  # type: ignore[call-overload, no-any-return]  # noqa: S603
            command,
            input=text or "",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            cwd="/",
            env=_clean_environment(),
            pass_fds=descriptors,
            start_new_session=True,
            check=False,
            **become,
        )

    def own(self, path: Path) -> None:
        """Give a file or folder to this account."""
        if self.change:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this account can pass through to `folder` and into it."""
        return not self.run(["/bin/sh", "-c", 'cd "$0"', folder]).returncode


def own_account() -> Account:
    """Return the account of this very process."""
    return Account(os.geteuid(), os.getegid(), change=False)


def account_for(data: Path) -> Account:
    """Return the account for servers whose data are in `data`, making one for root.

    Root goes on as whoever owns the data already.
    """
    own = own_account()
    try:
        owner = data.stat() if data.exists() else None
    except OSError as error:
        raise unwritable(data, error) from error
    if own.uid:
        if owner and owner.st_uid != own.uid:
            raise UnableToStart(
                f"The data in {data} belong to the account {_name(owner.st_uid)}: run the command "
                "as that account, or set SLAPORTAL_HOME to another folder."
            )
        return own
    if owner and owner.st_uid:
        return Account(owner.st_uid, owner.st_gid, change=True)
    entry = _find_or_make()
    return Account(entry.pw_uid, entry.pw_gid, change=True)


def let_through(account: Account, folder: Path) -> None:
    """Let the account pass through every folder on the way to `folder`, and it alone.

    Only root's own folders are in the way (a checkout below /root): they get an access entry
    for this one account, to pass and not to list; nobody else's rights change.
    """
    if account.can_enter(folder):
        return
    for step in (*reversed(folder.parents), folder):
        if not account.can_enter(step):
            _grant_pass(account, step)
    if not account.can_enter(folder):
        raise UnableToStart(_shut_out(account, folder))


def _grant_pass(account: Account, folder: Path) -> None:
    mode = folder.stat().st_mode
    try:
        entries = _access_entries(folder, mode)
        entries[ACL_USER, account.uid] = entries.get((ACL_USER, account.uid), 0) | PASS
        group_class = [value for (tag, _), value in entries.items() if tag in {ACL_USER, ACL_GROUP}]
        entries[ACL_MASK, NO_ID] = entries.get((ACL_MASK, NO_ID), 0) | PASS | max(group_class)
        packed = b"".join(
            struct.pack("<HHI", tag, value, who) for (tag, who), value in sorted(entries.items())
        )
        os.setxattr(folder, ACL_ATTRIBUTE, struct.pack("<I", ACL_VERSION) + packed)
    except (OSError, AttributeError) as error:
        raise UnableToStart(_shut_out(account, folder)) from error


def _access_entries(folder: Path, mode: int) -> dict[tuple[int, int], int]:
    try:
        stored = os.getxattr(folder, ACL_ATTRIBUTE)[4:]
    except OSError:
        return {
            (ACL_OWNER, NO_ID): mode >> 6 & 7,
            (ACL_GROUP, NO_ID): mode >> 3 & 7,
            (ACL_OTHERS, NO_ID): mode & 7,
        }
    return {(tag, who): value for tag, value, who in struct.iter_unpack("<HHI", stored)}


def _shut_out(account: Account, folder: Path) -> str:
    return (
        f"PostgreSQL does not run as root, and the account {_name(account.uid)} under which it "
        f"would run cannot pass through {folder}: run the command as an ordinary user, or put the "
        "project and SLAPORTAL_HOME where every account may pass."
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _find_or_make() -> pwd.struct_passwd:
    said = "there is no useradd command"
    for _ in range(5):
        try:
            return pwd.getpwnam(ACCOUNT_NAME)
        except KeyError:
            said = _make() or said
        # Somebody else is making it, or holds the password file.
        time.sleep(0.2)
    raise UnableToStart(
        f"PostgreSQL does not run as root, and the account {ACCOUNT_NAME} for it could not be made "
        f"({said}): run the command as an ordinary user."
    )


def _make() -> str:
    # Not every root has the folders of system programs on its path.
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    if useradd := shutil.which("useradd", path=path):
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        command = [useradd, *options, "--shell", "/usr/sbin/nologin", ACCOUNT_NAME]
    elif adduser := shutil.which("adduser", path=path):
        command = [adduser, "-S", "-D", "-H", "-s", "/sbin/nologin", ACCOUNT_NAME]
    else:
        return ""
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return result.stderr.strip()


def _clean_environment() -> dict[str, str]:
    """Return the environment without what would steer PostgreSQL's programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def private_folder(path: Path, account: Account) -> None:
    """Make a folder for this account alone, refusing one that somebody else laid out."""
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        if found.st_uid in {os.geteuid(), account.uid} and not path.is_symlink():
            account.own(path)
            path.chmod(0o700)
            return
    except OSError as error:
        raise unwritable(path, error) from error
    raise UnableToStart(
        f"The folder {path} belongs to another account: remove it, or set SLAPORTAL_HOME to "
        "another folder."
    )
