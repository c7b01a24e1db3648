"""The functions that this server knows.

Any other is refused, because DuckDB has functions of the same name that return something else
(HASH, CONCAT of NULL, LISTAGG of nothing, ...). To add one: try it on a real account, add a line to
tests/test_functions.py, and add sqlglot's class (or the name, when there is no class) here.
"""

from __future__ import annotations

import re

from sqlglot import exp

from local_snowflake.errors import unknown_function

# Classes of sqlglot, by subject as in
# https://docs.snowflake.com/en/sql-reference/intro-summary-operators-functions
_CLASSES = """
    Abs Ceil Exp Floor Ln Log Mod Pow Round Sign Sqrt Cbrt Trunc Rand Uuid
    Sin Cos Tan Asin Acos Atan Atan2 Degrees Radians Pi
    And Or Xor Not Case If Coalesce DecodeCase EqualNull Greatest Least Nullif Nvl2 Exists
    Cast TryCast ToBoolean ToChar ToDouble ToNumber ToVariant TimeToStr
    Ascii Chr Concat ConcatWs Contains EndsWith Initcap Left Length Lower Pad Repeat Replace
    Reverse Right Space SplitPart StartsWith StrPosition Strtok Stuff Substring Translate Trim
    Upper Levenshtein JarowinklerSimilarity Base64Encode Hex
    RegexpCount RegexpExtract RegexpInstr RegexpLike RegexpReplace RegexpILike
    MD5 MD5NumberLower64 SHA SHA2
    AddMonths ConvertTimezone CurrentDate CurrentTimestamp DateAdd DateDiff DateFromParts DateTrunc
    Day DayOfMonth DayOfWeek DayOfWeekIso DayOfYear Dayname Extract Hour LastDay Minute Month
    Monthname MonthsBetween Quarter Second StrToDate StrToTime TimeAdd TimeSlice
    TimestampFromParts TimestampTrunc TsOrDsToDate TsOrDsToTime UnixToTime Week WeekOfYear Year
    YearOfWeek YearOfWeekIso TimestampDiff
    AnyValue ApproxDistinct ArgMax ArgMin ArrayAgg Avg Count CountIf GroupConcat LogicalAnd
    LogicalOr Max Median Min Mode ObjectAgg PercentileCont PercentileDisc Stddev StddevPop
    StddevSamp Sum Variance VariancePop Grouping Corr
    CumeDist DenseRank FirstValue Lag LastValue Lead NthValue Ntile PercentRank Rank RowNumber
    Array ArrayConcat ArrayContains ArraySize GetExtract JSONExtract JSONExtractScalar
    JSONObject JSONKeyValue ParseJSON StarMap Struct PropertyEQ
    Explode Generator Seq1 Seq2 Seq4 Seq8 Split SplitToTable
    CurrentAccount CurrentDatabase CurrentRole CurrentSchema CurrentUser CurrentVersion
    CurrentWarehouse
"""
_KNOWN = tuple(getattr(exp, name) for name in re.findall(r"\w+", _CLASSES))

_NAMES = re.findall(
    r"\w+",
    """
    HAVERSINE MD5_HEX OBJECT_CONSTRUCT OBJECT_CONSTRUCT_KEEP_NULL RATIO_TO_REPORT RESULT_SCAN
    SHA1_HEX SHA2_HEX TO_TIMESTAMP TO_TIMESTAMP_LTZ TO_TIMESTAMP_NTZ TRY_PARSE_JSON
    TRY_TO_TIMESTAMP TRY_TO_TIMESTAMP_LTZ TRY_TO_TIMESTAMP_NTZ IDENTIFIER
    """,
)


def rewrite(statement: exp.Expr) -> exp.Expr:
    """Check each function of a statement, and make a VARIANT of ARRAY_CONSTRUCT.

    Raises:
        SnowflakeError: one of them is not known here.
    """
    for node in statement.find_all(exp.Func):
        if isinstance(node, exp.Anonymous):
            name = str(node.this).upper()
            if name not in _NAMES:
                raise unknown_function(name)
        elif not isinstance(node, _KNOWN):
            raise unknown_function(node.sql_names()[0] if node.sql_names() else node.key.upper())
        elif isinstance(node, exp.SHA2) and node.args.get("length"):
            _check_length(node)
    for array in list(statement.find_all(exp.Array)):
        # fakesnow makes JSON of ARRAY_CONSTRUCT only directly in a SELECT, without an alias.
        if isinstance(array.parent, exp.Select | exp.Alias):
            array.replace(exp.Anonymous(this="json_array", expressions=array.expressions))
    return statement


def _check_length(node: exp.Expr) -> None:
    if str(node.args["length"].name) != "256":
        raise unknown_function(f"SHA2 with {node.args['length'].name} bits")
