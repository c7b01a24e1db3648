{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set name = (custom_schema_name or target.schema) | trim -%}
    {%- if target.type == 'snowflake' -%}
        {{ (env_var('DBT_SCHEMA_PREFIX', '') ~ name) | upper }}
    {%- else -%}
        {{ name }}
    {%- endif -%}
{%- endmacro %}
