{% macro landing_source_row(feed) -%}
    {%- set record = '(b.source_row + l.records_before)' -%}
    {%- if landing_has_format(feed) -%}
        {{ return('coalesce(try_cast(b.' ~ landing_added_fields(feed).line ~ ' as number(38,0)), ' ~ record ~ ')') }}
    {%- endif -%}
    {{ return(record) }}
{%- endmacro %}
