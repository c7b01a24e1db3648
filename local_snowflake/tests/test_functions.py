"""What functions and operators answer, by their page in Snowflake's reference.

A page is the last part of https://docs.snowflake.com/en/sql-reference/...
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from account import Database
from snowflake.connector import Error

D = Decimal
DAY = dt.date
TIME = dt.datetime

# An exception's number stands for an error.
DIVISION_BY_ZERO = 100051
INVALID_FLOAT = 100041
NOT_NUMERIC = 100038


class Fails(int):
    """The expression is an error of this number."""


RULES: dict[str, dict[str, Any]] = {
    "operators-arithmetic": {
        # the quotient has max(s1, min(s1 + 6, 12)) decimals
        "1 / 3": D("0.333333"),
        "2 / 3": D("0.666667"),
        "-2 / 3": D("-0.666667"),
        "10 / 2": D("5.000000"),
        "2.5 / 1.5": D("1.6666667"),
        "10.00::NUMBER(18, 2) / 3": D("3.33333333"),
        "7.5::NUMBER(38, 6) / 0.5": D("15.000000000000"),
        "12345678901234567.89 / 3": D("4115226300411522.63000000"),
        "(1 / 3) / 3": D("0.111111000000"),
        "1 / 0": Fails(DIVISION_BY_ZERO),
        "1.5 / 0.0": Fails(DIVISION_BY_ZERO),
        "1.5::FLOAT / 0": Fails(DIVISION_BY_ZERO),
        "1 % 0": Fails(DIVISION_BY_ZERO),
        "NULL / 0": None,
        "1.5::FLOAT / 2": 0.75,
        # a product keeps at most max(s1, s2, 12) decimals
        "1.50 * 2.250": D("3.37500"),
        "1.123456789::NUMBER(20, 9) * 1.123456789::NUMBER(20, 9)": D("1.262155156750"),
        "1.5 + 1.25": D("2.75"),
        # whole numbers have 38 digits, constants too
        "100000 * 100000": 10_000_000_000,
        "2147483647 + 1": 2_147_483_648,
        "FLOOR(9007199254740993::NUMBER(38, 0))": 9_007_199_254_740_993,
        "'2024-02-28'::DATE + 2": DAY(2024, 3, 1),
        "'2024-03-01'::DATE - '2024-02-28'::DATE": 2,
        "'2024-02-28'::DATE + 2::INT": DAY(2024, 3, 1),
    },
    "functions/mod": {"MOD(7, 3)": 1, "MOD(-7, 3)": -1, "MOD(7.5, 2)": D("1.5")},
    "functions/div0": {"DIV0(1, 0)": D("0.000000"), "DIV0(6, 4)": D("1.500000")},
    "functions/div0null": {"DIV0NULL(1, NULL)": D("0.000000")},
    "functions/round": {
        "ROUND(2.5)": 3,
        "ROUND(-2.5)": -3,
        "ROUND(1.005, 2)": D("1.01"),
        "ROUND(10.00 / 3, 2)": D("3.33"),
        "ROUND(1 / 8, 2)::NUMBER(10, 2)": D("0.13"),
        "ROUND(1250, -2)": 1300,
    },
    "functions/trunc": {"TRUNC(1.29, 1)": D("1.2"), "TRUNC(-1.9)": -1},
    "functions/ceil": {"CEIL(1.2)": 2, "CEIL(-1.2)": -1},
    "functions/floor": {"FLOOR(1.8)": 1, "FLOOR(-1.2)": -2},
    "functions/abs": {"ABS(-1.5)": D("1.5")},
    "functions/sign": {"SIGN(-3)": -1},
    "functions/sqrt": {"SQRT(16)": 4.0, "SQRT(-1)": Fails(INVALID_FLOAT)},
    "functions/pow": {"POWER(2, 3)": 8.0},
    "functions/ln": {"LN(1)": 0.0, "LN(0)": Fails(INVALID_FLOAT)},
    "functions/log": {"LOG(10, 100)": 2.0},
    "functions/greatest": {
        "GREATEST(1, 3, 2)": 3,
        "GREATEST(1, NULL)": None,
        "GREATEST(1, 'a')": Fails(NOT_NUMERIC),
    },
    "functions/least": {"LEAST(1, 3, 2)": 1, "LEAST(1, NULL)": None},
    "data-type-conversion": {
        "1.5::INT": 2,
        "-1.5::INT": -2,
        "2.5::FLOAT::INT": 3,
        "'12.5'::INT": 13,
        "' 12 '::INT": 12,
        "'1.005'::NUMBER(10, 2)": D("1.01"),
        "0.125::FLOAT::NUMBER(10, 2)": D("0.13"),
        "'abcdef'::VARCHAR(3)": "abc",
        "1::VARCHAR": "1",
        "1.50::NUMBER(10, 2)::VARCHAR": "1.50",
        "1.0::FLOAT::VARCHAR": "1",
        "TRUE::VARCHAR": "true",
        "'2024-01-05'::DATE::VARCHAR": "2024-01-05",
        "'2024-01-05 10:11:12.3456'::TIMESTAMP_NTZ::VARCHAR": "2024-01-05 10:11:12.345",
        "MAX('2024-01-05'::TIMESTAMP_NTZ)::VARCHAR": "2024-01-05 00:00:00.000",
        "SUM(1)::NUMBER(10, 2)": D("1.00"),
        "'x'::NUMBER": Fails(100038),
        "'x'::DATE": Fails(100040),
        "'x'::TIMESTAMP_NTZ": Fails(100035),
    },
    "functions/to_boolean": {
        "'on'::BOOLEAN": True,
        "'OFF'::BOOLEAN": False,
        "TO_BOOLEAN('T')": True,
        "'maybe'::BOOLEAN": Fails(100037),
    },
    "functions/try_to_boolean": {"TRY_TO_BOOLEAN('no')": False, "TRY_TO_BOOLEAN('maybe')": None},
    "functions/try_cast": {
        "TRY_CAST('12.345' AS NUMBER(10, 2))": D("12.35"),
        "TRY_CAST('1e3' AS NUMBER(38, 6))": D("1000.000000"),
        "TRY_CAST('.5' AS NUMBER(38, 2))": D("0.50"),
        "TRY_CAST('+5' AS NUMBER)": 5,
        "TRY_CAST('' AS NUMBER)": None,
        "TRY_CAST('1,000' AS NUMBER(38, 6))": None,
        "TRY_CAST('1_000' AS NUMBER(38, 6))": None,
        "TRY_CAST('0x10' AS NUMBER)": None,
        "TRY_CAST('inf' AS NUMBER(38, 6))": None,
        "TRY_CAST('12a' AS NUMBER)": None,
        "TRY_CAST(NULL AS NUMBER)": None,
        "TRY_CAST('2024-01-05' AS DATE)": DAY(2024, 1, 5),
        "TRY_CAST('2024-02-30' AS DATE)": None,
        "TRY_CAST('' AS DATE)": None,
        "TRY_CAST('soon' AS TIMESTAMP_NTZ)": None,
        "TRY_CAST('2024-01-05T10:00:00.123456Z' AS TIMESTAMP_NTZ)": TIME(
            2024, 1, 5, 10, 0, 0, 123456
        ),
        "TRY_CAST('1.5' AS FLOAT)": 1.5,
    },
    "functions/try_to_decimal": {
        "TRY_TO_NUMBER('12.5')": 13,
        "TRY_TO_DECIMAL('abc')": None,
        "TRY_TO_NUMBER('12.345', 10, 2)": D("12.35"),
    },
    "functions/to_decimal": {"TO_NUMBER('12.5')": 13, "TO_DECIMAL('1.25', 10, 1)": D("1.3")},
    "functions/to_date": {
        "TO_DATE('2024-01-05')": DAY(2024, 1, 5),
        "TO_DATE('05/01/2024', 'DD/MM/YYYY')": DAY(2024, 1, 5),
        "TO_DATE('2024-01-05 10:00:00'::TIMESTAMP_NTZ)": DAY(2024, 1, 5),
        # the formats of AUTO, and a whole number is seconds since 1970
        "'01/15/2024'::DATE": DAY(2024, 1, 15),
        "'15-JAN-2024'::DATE": DAY(2024, 1, 15),
        "'20240105'::DATE": DAY(1970, 8, 23),
    },
    "functions/try_to_date": {"TRY_TO_DATE('nope')": None},
    "functions/to_timestamp": {
        "TO_TIMESTAMP_NTZ('2024-01-05T10:00:00Z')": TIME(2024, 1, 5, 10),
        "TO_TIMESTAMP_NTZ(1704067200)": TIME(2024, 1, 1),
        "TO_TIMESTAMP('1704067200123')": TIME(2024, 1, 1, 0, 0, 0, 123000),
        "TO_TIMESTAMP_NTZ(1704067200123, 3)": TIME(2024, 1, 1, 0, 0, 0, 123000),
        "'2024-01-05 10:00:00 +0500'::TIMESTAMP_NTZ": TIME(2024, 1, 5, 10),
        "'2024-01-05 10:00'::TIMESTAMP_NTZ": TIME(2024, 1, 5, 10),
    },
    "functions/date_trunc": {
        "DATE_TRUNC('MONTH', '2024-01-31'::DATE)": DAY(2024, 1, 1),
        "DATE_TRUNC('WEEK', '2024-01-03'::DATE)": DAY(2024, 1, 1),
        "DATE_TRUNC(YEAR, '2024-05-31 10:00:00'::TIMESTAMP_NTZ)": TIME(2024, 1, 1),
        "DATE_TRUNC('HOUR', '2024-05-31 10:11:12'::TIMESTAMP_NTZ)": TIME(2024, 5, 31, 10),
        "DATE_TRUNC('DAY', '2024-05-31 10:11:12')": TIME(2024, 5, 31),
    },
    "functions/dateadd": {
        "DATEADD(DAY, 1, '2024-02-28'::DATE)": DAY(2024, 2, 29),
        "DATEADD(MONTH, 1, '2024-01-31'::DATE)": DAY(2024, 2, 29),
        "DATEADD(HOUR, 1, '2024-01-31'::DATE)": TIME(2024, 1, 31, 1),
        "DATEADD(SECOND, 1.5, '2024-01-01'::TIMESTAMP_NTZ)": TIME(2024, 1, 1, 0, 0, 2),
        "DATEADD('DAY', -1, '2024-03-01'::TIMESTAMP_NTZ)": TIME(2024, 2, 29),
    },
    "functions/add_months": {"ADD_MONTHS('2024-02-29'::DATE, 1)": DAY(2024, 3, 31)},
    "functions/datediff": {
        "DATEDIFF(DAY, '2024-01-01', '2024-02-01')": 31,
        "DATEDIFF(MONTH, '2024-01-31'::DATE, '2024-02-01'::DATE)": 1,
        "DATEDIFF('HOUR', '2024-01-01 00:59:00'::TIMESTAMP, '2024-01-01 01:00:00'::TIMESTAMP)": 1,
        "DATEDIFF(WEEK, '2024-01-07'::DATE, '2024-01-08'::DATE)": 1,
        "TIMESTAMPDIFF(SECOND, '2024-01-01'::TIMESTAMP, '2024-01-01 00:01:00'::TIMESTAMP)": 60,
    },
    "functions/last_day": {"LAST_DAY('2024-02-01'::DATE)": DAY(2024, 2, 29)},
    "functions/dayname": {"DAYNAME('2024-01-07'::DATE)": "Sun"},
    "functions/monthname": {"MONTHNAME('2024-01-07'::DATE)": "Jan"},
    "functions/year": {
        "YEAR('2024-01-07'::DATE)": 2024,
        "QUARTER('2024-05-07'::DATE)": 2,
        "DAYOFWEEK('2024-01-07'::DATE)": 0,
        "DAYOFWEEKISO('2024-01-07'::DATE)": 7,
        "DAYOFYEAR('2024-03-01'::DATE)": 61,
        "WEEKISO('2023-01-01'::DATE)": 52,
        "YEAROFWEEKISO('2023-01-01'::DATE)": 2022,
    },
    "functions/date_part": {
        "DATE_PART(EPOCH_SECOND, '2024-01-01'::TIMESTAMP_NTZ)": 1704067200,
        "DATE_PART(EPOCH, '2024-01-01 00:00:00.9'::TIMESTAMP_NTZ)": 1704067200,
        "EXTRACT(MONTH FROM '2024-05-01'::DATE)": 5,
    },
    "functions/to_char": {
        "TO_CHAR('2024-01-05'::DATE, 'YYYYMMDD')": "20240105",
        "TO_CHAR('2024-01-05'::DATE, 'MON DD, YYYY')": "Jan 05, 2024",
        "TO_CHAR('2024-05-07'::TIMESTAMP_NTZ, 'yyyymmdd')": "20240507",
        "TO_CHAR('2024-05-07 13:00:00'::TIMESTAMP_NTZ, 'Dy \"at\" hh12 am')": "Tue at 01 PM",
        "TO_CHAR('2024-05-07 13:00:00.5'::TIMESTAMP_NTZ, 'SS.FF')": "00.500000000",
        "TO_CHAR('2024-05-07'::TIMESTAMP_NTZ, 'HH24:MI' || 'UTC')": "00:00UTC",
        "TO_VARCHAR(12.50)": "12.50",
    },
    "functions/convert_timezone": {
        "CONVERT_TIMEZONE('UTC', 'Asia/Bangkok', '2024-01-01'::TIMESTAMP_NTZ)": TIME(2024, 1, 1, 7)
    },
    "functions/time_slice": {
        "TIME_SLICE('2024-01-01 10:07:00'::TIMESTAMP_NTZ, 15, 'MINUTE')": TIME(2024, 1, 1, 10),
        "TIME_SLICE('2024-05-07'::DATE, 2, 'MONTH', 'END')": DAY(2024, 7, 1),
    },
    "data-types-datetime": {
        "'2024-01-31'::DATE + INTERVAL '1 day'": DAY(2024, 2, 1),
        "'2024-01-31'::DATE + INTERVAL '1 hour'": TIME(2024, 1, 31, 1),
        "'2024-01-31'::TIMESTAMP_NTZ - INTERVAL '1 month'": TIME(2023, 12, 31),
    },
    "functions/date_from_parts": {"DATE_FROM_PARTS(2024, 1, 5)": DAY(2024, 1, 5)},
    "functions/concat": {
        "CONCAT('a', NULL)": None,
        "'a' || NULL": None,
        "CONCAT('a', 1)": "a1",
        "'at ' || '2024-01-01'::TIMESTAMP_NTZ": "at 2024-01-01 00:00:00.000",
    },
    "functions/concat_ws": {"CONCAT_WS('-', 'a', 'b')": "a-b", "CONCAT_WS('-', 'a', NULL)": None},
    "functions/split_part": {
        "SPLIT_PART('a,b,c', ',', 2)": "b",
        "SPLIT_PART('a,b,c', ',', -1)": "c",
        "SPLIT_PART('a,b', ',', 5)": "",
        "SPLIT_PART('a,b', ',', 0)": "a",
    },
    "functions/substr": {
        "SUBSTR('abc', 2, 1)": "b",
        "SUBSTR('abc', -2)": "bc",
        "SUBSTRING('abc', 2)": "bc",
    },
    "functions/left": {"LEFT('abc', 2)": "ab", "LEFT('abc', 1::INT)": "a", "RIGHT('abc', 2)": "bc"},
    "functions/lpad": {"LPAD('a', 3, 'x')": "xxa", "RPAD('abc', 2)": "ab"},
    "functions/trim": {
        "TRIM('  x ')": "x",
        "LTRIM('xxabc', 'x')": "abc",
        "RTRIM('abcxx', 'x')": "abc",
    },
    "functions/length": {"LENGTH('é')": 1},
    "functions/replace": {"REPLACE('aba', 'a')": "b", "REPLACE('aba', 'a', 'x')": "xbx"},
    "functions/initcap": {"INITCAP('hello world-foo')": "Hello World-Foo"},
    "functions/upper": {"UPPER('aé')": "AÉ", "LOWER('AÉ')": "aé"},
    "functions/startswith": {"STARTSWITH('abc', 'a')": True, "ENDSWITH('abc', 'c')": True},
    "functions/contains": {"CONTAINS('abc', 'b')": True},
    "functions/charindex": {"CHARINDEX('b', 'abc')": 2, "POSITION('z' IN 'abc')": 0},
    "functions/translate": {"TRANSLATE('abc', 'ab', 'x')": "xc"},
    "functions/repeat": {"REPEAT('ab', 2)": "abab"},
    "functions/strtok": {"STRTOK('a-b', '-', 2)": "b"},
    "functions/like": {"'ABC' ILIKE 'a%'": True, "'ABC' LIKE 'a%'": False},
    "functions/rlike": {"'abc' RLIKE 'a.c'": True, "'abc' RLIKE 'b'": False},
    "functions/regexp_replace": {"REGEXP_REPLACE('abcb', 'b', 'x')": "axcx"},
    "functions/regexp_substr": {"REGEXP_SUBSTR('abc123', '[0-9]+')": "123"},
    "functions/regexp_count": {"REGEXP_COUNT('aXbX', 'X')": 2},
    "functions/md5": {
        "MD5('a')": "0cc175b9c0f1b6a831c399e269772661",
        "MD5(123)": "202cb962ac59075b964b07152d234b70",
    },
    "functions/md5_number_lower64": {
        "MD5_NUMBER_LOWER64('Snowflake')": 9203306159527282910,
        "MD5_NUMBER_LOWER64('a')": 0x31C399E269772661,
        "MD5_NUMBER_LOWER64(NULL)": None,
    },
    "functions/sha1": {"SHA1('a')": "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"},
    "functions/sha2": {
        "SHA2('a')": "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
        "SHA2('a', 256)": "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
    },
    # a text that meets a number is converted, even if it is not the one to return
    "functions/coalesce": {
        "COALESCE('17', 1)": 17,
        "COALESCE('foo', 1)": Fails(NOT_NUMERIC),
        "COALESCE(1, 'foo')": Fails(NOT_NUMERIC),
        "COALESCE(LENGTH('a'), 'foo')": Fails(NOT_NUMERIC),
        "COALESCE('2024-01-05'::DATE, '15-JAN-2024')": DAY(2024, 1, 5),
        "COALESCE(NULL::DATE, '15-JAN-2024')": DAY(2024, 1, 15),
        "COALESCE('2024-01-05'::DATE, 'soon')": Fails(100040),
        "COALESCE(NULL, 'a', UPPER('b'))": "a",
    },
    "functions/case": {
        "CASE WHEN TRUE THEN 1 ELSE 'a' END": Fails(NOT_NUMERIC),
        "CASE 'x' WHEN 'x' THEN LENGTH('a') ELSE 'a' END": Fails(NOT_NUMERIC),
        "CASE 1 WHEN 1 THEN 'one' ELSE 'other' END": "one",
    },
    "functions/iff": {
        "IFF(NULL, 1, 2)": 2,
        "IFF(TRUE, 1, 2)": 1,
        "IFF(TRUE, 1, 'a')": Fails(NOT_NUMERIC),
    },
    "functions/nvl": {
        "NVL(NULL, 1)": 1,
        "IFNULL(NULL, 'a')": "a",
        "NVL2(NULL, 1, 2)": 2,
        "NVL(1, 'a')": Fails(NOT_NUMERIC),
        "NVL2(1, 1, 'a')": Fails(NOT_NUMERIC),
    },
    "functions/in": {"1 IN (1, 'a')": Fails(NOT_NUMERIC), "1 IN (2, '1')": True},
    "functions/zeroifnull": {"ZEROIFNULL(NULL)": 0, "NULLIFZERO(0)": None},
    "functions/decode": {
        "DECODE(NULL, NULL, 'x', 'y')": "x",
        "DECODE(2, 1, 'x', 'y')": "y",
        "DECODE(1, 1, 1, 'a')": Fails(NOT_NUMERIC),
    },
    "functions/equal_null": {"EQUAL_NULL(NULL, NULL)": True, "EQUAL_NULL(1, NULL)": False},
    "functions/split": {
        "SPLIT('a,b', ',')[1]::VARCHAR": "b",
        "ARRAY_SIZE(SPLIT('a,b,c', ','))": 3,
        "SPLIT('a,b', ',')": ["a", "b"],
    },
    "functions/parse_json": {
        """PARSE_JSON('{"a": {"b": 5}}'):a.b::INT""": 5,
        """PARSE_JSON('{"a": "x"}'):a::VARCHAR""": "x",
        """PARSE_JSON('{"a": "2024-01-05"}'):a::DATE""": DAY(2024, 1, 5),
        "TRY_PARSE_JSON('nope')": None,
        "PARSE_JSON('nope')": Fails(100069),
    },
    "functions/object_construct": {"OBJECT_CONSTRUCT('a', 1)": {"a": 1}},
    "functions/array_construct": {"ARRAY_CONSTRUCT(1, 2) AS x": [1, 2]},
}


def _rules() -> Iterator[Any]:
    for page, expressions in RULES.items():
        for expression, expected in expressions.items():
            yield pytest.param(page, expression, expected, id=expression)


@pytest.mark.parametrize(("page", "expression", "expected"), list(_rules()))
def test_an_expression_answers_as_documented(
    db: Database, page: str, expression: str, expected: Any
) -> None:
    """https://docs.snowflake.com/en/sql-reference/ and the page."""
    if isinstance(expected, Fails):
        assert db.error(f"SELECT {expression}").errno == expected, page
        return
    found = db.value(f"SELECT {expression}")
    if isinstance(expected, list | dict):
        found = json.loads(found)
    assert found == expected, page
    assert type(found) is type(expected), page
    if isinstance(expected, Decimal):
        assert str(found) == str(expected), page


UNKNOWN = [
    "HASH('a')",
    "SHA2('a', 512)",
    "SOUNDEX('a')",
    "TO_CHAR(1234.5, '9,999.0')",
    "NO_SUCH_FUNCTION(1)",
    "TO_CHAR('2024-01-05'::DATE, 'Q')",
    "RANDOM(42)",
    "'2024-01-05'::DATE + INTERVAL '1 year, 2 months'",
    "'2024-01-05 10:00:00.1234567'::TIMESTAMP_NTZ",
    "TRY_TO_TIMESTAMP('2024-01-05 10:00:00.1234567')",
    "STDDEV(1)",
    "COALESCE(1, '2.5')",
    "COALESCE(1, UPPER('a'))",
    "IFF(TRUE, 1, UPPER('a'))",
    "CONVERT_TIMEZONE('Asia/Bangkok', CURRENT_TIMESTAMP())",
]


@pytest.mark.parametrize("expression", UNKNOWN)
def test_a_function_the_local_server_does_not_know_is_refused(
    local: Any, db: Database, expression: str
) -> None:
    if local is None:
        pytest.skip("Snowflake knows most of them")
    error = db.error(f"SELECT {expression}")
    assert "local Snowflake server does not know" in str(error)
    assert db.value("SELECT 1") == 1


TEXTS = {
    "BOOLEAN": ["true", "FALSE", "yes", "0", "maybe", ""],
    "DATE": ["2026-11-01", "2026-02-29", "2026-1-1", "0001-01-01", "11/01/2026", " 2026-11-01"],
    "TIMESTAMP_NTZ": [
        "2026-11-01 10:20:30",
        "2026-11-01T10:20:30.123456",
        "2026-11-01 24:00:00",
        "2026-11-01 10:20:60",
        "2026-11-01 10:20",
        "2026-11-01",
        "1793528430",
    ],
    "NUMBER(38, 0)": ["12", "-12", "+1", "1.5", "-1.5", "1_000", "1e3", "", "99999999999999999999"],
    "NUMBER(5, 2)": ["12", "1.005", "-1.005", "999.99", "1000", ".5", "1_0"],
    "FLOAT": ["12", "1.5", "-0", "1e3", "1_0", "x"],
}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("cast", ["TRY_CAST", "CAST"])
def test_a_constant_is_converted_as_the_same_text_in_a_column(
    db: Database, cast: str, kind: str
) -> None:
    """https://docs.snowflake.com/en/sql-reference/data-type-conversion"""

    def outcome(query: str) -> Any:
        try:
            cursor = db.connection.cursor().execute(query)
        except Error as error:
            return error.errno
        assert cursor
        (column,) = cursor.description
        return cursor.fetchall(), column.type_code, column.precision, column.scale

    for text in TEXTS[kind]:
        constant = outcome(f"SELECT {cast}('{text}' AS {kind}) AS c")
        column = outcome(f"SELECT {cast}(t AS {kind}) AS c FROM (SELECT '{text}' AS t)")
        assert constant == column, text
    null = outcome(f"SELECT {cast}(NULL AS {kind}) AS c")
    assert null == outcome(f"SELECT {cast}(t AS {kind}) AS c FROM (SELECT NULL::TEXT AS t)")
