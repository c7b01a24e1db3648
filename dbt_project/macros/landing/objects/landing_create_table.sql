{% macro landing_create_table(feed, or_replace=false) -%}
    {%- set create = 'create or replace table ' if or_replace else 'create table if not exists ' -%}
    {%- set columns = landing_column_definitions(feed) | join(',\n    ') -%}
    {{ return(create ~ landing_table(feed) ~ ' (\n    ' ~ columns ~ '\n)') }}
{%- endmacro %}
