{% macro landing_waiting_files(feed) -%}
    {%- set sql -%}
        select
            content_key, stage_path, rows_counted, source_file, first_error,
            row_number() over (partition by source_file order by staged_at, stage_path) - 1 as older
        from {{ feed.schema }}.LANDED_FILES
        where feed = {{ landing_literal(feed.name) }} and state = 'staged'
        order by first_error, staged_at, source_file
    {%- endset -%}
    {%- set files = [] -%}
    {%- for key, path, counted, name, first_error, older in run_query(sql).rows -%}
        {%- if first_error is not none -%}
            {%- do print(feed.name ~ ': ' ~ name ~ ': ' ~ first_error ~ '; it is landed again.') -%}
        {%- endif -%}
        {%- do files.append({
            'key': key, 'paths': path.split(','), 'counted': counted | int, 'has_begun': first_error is not none,
            'older': older | int,
        }) -%}
    {%- endfor -%}
    {{ return(files) }}
{%- endmacro %}
