{% macro landing_raw_columns(feed) -%}
    {%- set types = {} -%}
    {%- for column in feed.columns.values() -%}
        {%- do types.update({column.name: column.data_type | lower}) -%}
    {%- endfor -%}
    {%- for name, type in landing_lineage(feed).items() if name not in types -%}
        {%- do types.update({name: type}) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}
