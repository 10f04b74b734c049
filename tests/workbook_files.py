"""Workbooks written by hand, part by part, as programs other than openpyxl write them too."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
STYLES = f"""<styleSheet xmlns="{_MAIN}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/>
<numFmt numFmtId="165" formatCode="0.0&quot; h&quot;"/></numFmts>
<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="1"><fill><patternFill patternType="none"/></fill></fills>
<borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="7">{{formats}}</cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>""".format(
    # General, date, date and hours of one's own, hour, span of time, a number with an h, percent.
    formats="".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        for number in (0, 14, 164, 20, 46, 165, 9)
    )
)


def shared(*entries: str) -> str:
    """Return a table of shared texts of what stands in its entries."""
    inner = "".join(f"<si>{entry}</si>" for entry in entries)
    return f'<sst xmlns="{_MAIN}" count="1" uniqueCount="1">{inner}</sst>'


def sheet(*rows: str, before: str = "", after: str = "") -> str:
    """Return a sheet of some rows, and of what stands before and after them."""
    data = f"<sheetData>{''.join(rows)}</sheetData>"
    return f'<worksheet xmlns="{_MAIN}">{before}{data}{after}</worksheet>'


def workbook_at(
    path: Path,
    sheets: Mapping[str, str],
    *,
    texts: str = "",
    styles: str = STYLES,
    counts_from_1904: bool = False,
    more: Mapping[str, str] | None = None,
) -> Path:
    """Write a workbook of sheets in XML; ``more`` are further parts by their names."""
    parts = {f"xl/worksheets/sheet{n}.xml": text for n, text in enumerate(sheets.values(), 1)}
    kinds = {"workbook": "sheet.main", "styles": "styles", "sharedStrings": "sharedStrings"}
    names = {f"xl/{name}.xml": kind for name, kind in kinds.items()}
    names |= dict.fromkeys(parts, "worksheet")
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1)
    )
    parts |= {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        + "".join(
            f'<Override PartName="/{name}" ContentType="{_KIND}.{kind}+xml"/>'
            for name, kind in names.items()
            if texts or kind != "sharedStrings"
        )
        + "</Types>",
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f'<workbookPr date1904="{int(counts_from_1904)}"/><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" '
            f'Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        + "</Relationships>",
        "xl/styles.xml": styles,
    }
    parts |= ({"xl/sharedStrings.xml": texts} if texts else {}) | dict(more or {})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path
