{% macro landing_delivered(feed) -%}
    {%- set lineage = landing_lineage(feed) -%}
    {{ return(feed.columns.values() | rejectattr('name', 'in', lineage) | list) }}
{%- endmacro %}
