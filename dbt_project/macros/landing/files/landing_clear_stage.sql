{% macro landing_clear_stage(feed, paths) -%}
    {%- set folders = [] -%}
    {%- for path in paths if path.split('/')[0] not in folders -%}
        {%- do folders.append(path.split('/')[0]) -%}
    {%- endfor -%}
    {%- for folder in folders -%}
        {%- set sql -%}
            select count(*) from {{ feed.schema }}.LANDED_FILES
            where feed = {{ landing_literal(feed.name) }} and state = 'staged'
                and stage_path like {{ landing_literal(folder ~ '/%') }}
        {%- endset -%}
        {%- if not landing_scalar(sql) | int -%}
            {%- do run_query('remove @' ~ landing_stage(feed) ~ '/' ~ folder ~ '/') -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
