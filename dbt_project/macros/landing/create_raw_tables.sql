{% macro create_raw_tables() -%}
    {%- set changed = landing_changed_feeds() if execute and target.type == 'snowflake' else [] -%}
    {%- if changed -%}
        {%- set role = landing_scalar('select current_role()') -%}
        {%- do landing_ensure_shared_objects() -%}
        {%- for feed in changed -%}
            {%- do run_query(landing_create_table(feed)) -%}
            {%- do landing_add_columns(feed, landing_existing_columns(feed)) -%}
        {%- endfor -%}
        {%- do landing_use_role(role) -%}
    {%- endif -%}
{%- endmacro %}
