{% macro landing_open_quarantine(feed) -%}
    {%- set sql -%}
        {{ feed.schema }}.QUARANTINE where feed = {{ landing_literal(feed.name) }} and replayed_at is null and overtaken_by is null
    {%- endset -%}
    {{ return(sql) }}
{%- endmacro %}
