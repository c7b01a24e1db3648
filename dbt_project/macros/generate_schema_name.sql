{#- Schemas are named exactly as configured: STAGING, INTERMEDIATE, MARTS, SNAPSHOTS.
    DBT_SCHEMA_PREFIX sets runs apart that share a database (tests, a developer's own copy). -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set name = (custom_schema_name or target.schema) | trim -%}
    {%- if target.type == 'snowflake' -%}
        {{ (env_var('DBT_SCHEMA_PREFIX', '') ~ name) | upper }}
    {%- else -%}
        {{ name }}
    {%- endif -%}
{%- endmacro %}
