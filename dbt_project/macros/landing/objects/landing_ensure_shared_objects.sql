{% macro landing_ensure_shared_objects() -%}
    {%- do landing_use_role() -%}
    {%- set raw = landing_feeds()[0].schema -%}
    {#- In an account the admin creates the schema, and the loader may not even ask for it. -#}
    {%- if not adapter.check_schema_exists(target.database, raw) -%}
        {%- do run_query('create schema if not exists ' ~ raw) -%}
    {%- endif -%}
    {%- for statement in landing_shared_objects() -%}
        {%- do run_query(statement) -%}
    {%- endfor -%}
{%- endmacro %}
