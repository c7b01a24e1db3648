{% macro landing_records_before(column) -%}
    {{ return("coalesce(try_cast(split_part(split_part(" ~ column ~ ", '/', -1), '.', 2) as number(38,0)), 0)") }}
{%- endmacro %}
