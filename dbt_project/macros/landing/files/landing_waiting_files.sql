{% macro landing_waiting_files(feed) -%}
    {%- set sql -%}
        select content_key, stage_path, rows_counted, first_error is not null as has_begun
        from {{ feed.schema }}.LANDED_FILES
        where feed = {{ landing_literal(feed.name) }} and state = 'staged'
        order by first_error, staged_at, source_file
    {%- endset -%}
    {%- set files = [] -%}
    {%- for key, path, counted, has_begun in run_query(sql).rows -%}
        {%- do files.append({'key': key, 'path': path, 'counted': counted | int, 'has_begun': has_begun}) -%}
    {%- endfor -%}
    {{ return(files) }}
{%- endmacro %}
