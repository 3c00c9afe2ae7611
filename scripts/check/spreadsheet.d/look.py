"""Opens files in a running office as a double click would, and compares every cell, formula and pivot with the rows.

look.py PIPE LOCALE ROWS FILE+SEPARATOR...: ROWS is the plain CSV that all must agree with."""
import csv
import sys
import time
from collections import Counter, defaultdict

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.sheet.DataPilotFieldOrientation import COLUMN, DATA, ROW
from com.sun.star.sheet.GeneralFunction import COUNT, SUM
from com.sun.star.table.CellContentType import EMPTY, FORMULA, TEXT, VALUE

pipe, locale, rows_path, *files = sys.argv[1:]
with open(rows_path, encoding="utf-8", newline="") as file:
    expected = list(csv.DictReader(file))
columns = list(expected[0])
NUMBERS = {"year", "month", "day", "project_id", "mr_iid", "input_tokens", "output_tokens", "total_tokens", "duration_ms",
           "cache_write_tokens", "cache_read_tokens", "cost_usd", "estimated_tokens"}


def connect():
    resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _ in range(300):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.2)
    sys.exit("the office does not answer")


def opened(path, separator):
    # Separator, quote, UTF-8, from line 1, no column formats, the office's own language, quoted cells as they are, times
    # and dates recognised.
    options = f"{ord(separator)},34,76,1,,0,false,true"
    arguments = [PropertyValue("Hidden", 0, True, 0), PropertyValue("FilterName", 0, "Text - txt - csv (StarCalc)", 0),
                 PropertyValue("FilterOptions", 0, options, 0)]
    return desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, tuple(arguments))


def look_at_cells(sheet):
    assert sheet.getCellByPosition(len(columns), 0).Type == EMPTY, "a column too many"
    for place, name in enumerate(columns):
        assert sheet.getCellByPosition(place, 0).String == name, (place, sheet.getCellByPosition(place, 0).String)
    for line, row in enumerate(expected, 1):
        for place, name in enumerate(columns):
            cell, text = sheet.getCellByPosition(place, line), row[name]
            where = (line + 1, name, text, cell.String)
            assert cell.Type != FORMULA, where
            if name in NUMBERS:
                if text == "":
                    assert cell.Type == EMPTY, where
                else:
                    assert cell.Type == VALUE and abs(cell.Value - float(text)) < 1e-9, where
            elif name == "time":
                hour, minute, second = map(int, text.split(":"))
                seconds = hour * 3600 + minute * 60 + second
                assert cell.Type == VALUE and abs(cell.Value * 86400 - seconds) < 0.01, where
            else:
                assert cell.Type == (TEXT if text else EMPTY) and cell.String == text, where
    assert sheet.getCellByPosition(0, len(expected) + 1).Type == EMPTY, "a row too many"


def evaluated(sheet, formula):
    cell = sheet.getCellByPosition(40, 0)
    cell.setFormula(formula)
    assert cell.getError() == 0, (formula, cell.String)
    value = cell.Value
    cell.setFormula("")
    return value


def look_at_formulas(sheet):
    def total(column, **wanted):
        return sum(float(row[column] or 0) for row in expected if all(row[k] == v for k, v in wanted.items()))

    count = len(expected)
    formulas = {
        "=SUM(K:K)": total("total_tokens"),
        "=AVERAGE(K:K)": total("total_tokens") / count,
        '=COUNTIF(H:H;"john.doe")': sum(row["username"] == "john.doe" for row in expected),
        "=SUM(P:P)": total("cost_usd"),
        "=((SUM(I:I)/1000000)*3)+((SUM(J:J)/1000000)*15)": total("input_tokens") / 1e6 * 3 + total("output_tokens") / 1e6 * 15,
        '=SUMIFS(K:K;F:F;"backend-api")': total("total_tokens", project_name="backend-api"),
        '=SUMIFS(K:K;H:H;"jane.smith")': total("total_tokens", username="jane.smith"),
        '=SUMIFS(K:K;H:H;"王小明")': total("total_tokens", username="王小明"),
        '=SUMIFS(K:K;A:A;2025;B:B;10;C:C;17)': total("total_tokens", day="17"),
        '=SUMIFS(K:K;F:F;"backend-api";H:H;"zoë")': total("total_tokens", project_name="backend-api", username="zoë"),
        # A date with a time, as a spreadsheet counts them: days since 1899-12-30.
        "=DATE(A2;B2;C2)": 45931,
        "=WEEKDAY(DATE(A2;B2;C2);2)": 3,
        "=MAX(D:D)": 9 * 8123 / 86400,
    }
    for formula, wanted in formulas.items():
        value = evaluated(sheet, formula)
        assert wanted != 0 and abs(value - wanted) < max(1e-6, abs(wanted) * 1e-9), (formula, value, wanted)
    return len(formulas)


def pivot(document, name, rows, data):
    """The cells of a pivot of `rows` by name with `data`, pairs of a column and a function."""
    sheet = document.Sheets.getByIndex(0)
    tables = sheet.getDataPilotTables()
    descriptor = tables.createDataPilotDescriptor()
    descriptor.setSourceRange(
        sheet.getCellRangeByPosition(0, 0, len(columns) - 1, len(expected)).getRangeAddress())
    fields = descriptor.getDataPilotFields()
    for column in rows:
        fields.getByIndex(columns.index(column)).Orientation = ROW
    for column, function in data:
        field = fields.getByIndex(columns.index(column))
        field.Orientation = DATA
        field.Function = function
    if len(data) > 1:
        # The sums beside each other, not below.
        fields.getByName("Data").Orientation = COLUMN
    document.Sheets.insertNewByName(name, document.Sheets.Count)
    target = document.Sheets.getByName(name)
    target.getDataPilotTables().insertNewByName(name, target.getCellByPosition(0, 0).getCellAddress(), descriptor)
    cursor = target.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.getRangeAddress()
    return [list(line) for line in target.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow).getDataArray()]


def look_at_pivots(document):
    sums, counts = defaultdict(float), Counter()
    for row in expected:
        for column in ("project_name", "username", "day"):
            sums[column, row[column]] += float(row["total_tokens"])
            counts[column, row[column]] += 1
    for column in ("project_name", "username"):
        seen = {}
        for line in pivot(document, column, [column], [("total_tokens", SUM)]):
            if (column, str(line[0])) in sums:
                seen[column, str(line[0])] = line[-1]
        wanted = {key: value for key, value in sums.items() if key[0] == column}
        assert seen == wanted, (column, set(wanted) ^ set(seen), seen)
    days = {}
    for line in pivot(document, "days", ["year", "month", "day"], [("total_tokens", SUM), ("mr_iid", COUNT)]):
        if isinstance(line[2], float) and 1 <= line[2] <= 31:
            days.setdefault(line[2], []).append([cell for cell in line[3:] if isinstance(cell, float)])
    assert set(days) == {float(row["day"]) for row in expected}, days
    for day, figures in days.items():
        flat = sorted(cell for part in figures for cell in part)
        key = ("day", str(int(day)))
        assert flat == sorted([sums[key], float(counts[key])]), (day, flat)


desktop = connect().ServiceManager.createInstance("com.sun.star.frame.Desktop")
for file in files:
    path, separator = file[:-1], file[-1]
    document = opened(path, separator)
    look_at_cells(document.Sheets.getByIndex(0))
    formula_count = look_at_formulas(document.Sheets.getByIndex(0))
    look_at_pivots(document)
    document.close(True)
    print(f"{path.rsplit('/', 1)[-1]} in {locale}: {len(expected)} rows, {formula_count} formulas and 3 pivots agree")
try:
    desktop.terminate()
except Exception:
    # The office is gone before it can say so.
    pass
