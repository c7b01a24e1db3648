{% macro landing_copy_stream(feed, path, batch, table) -%}
    {%- set names = landing_delivered_names(feed) -%}
    {%- if batch.rows -%}
        {%- set sql -%}
            copy into {{ table }} ({{ names | join(', ') }}, airflow_ingested_at, source_database, landing_run)
            from (
                select
                    t.${{ range(1, names | length + 1) | join(', t.$') }},
                    {{ landing_now() }}, {{ landing_literal(batch.database) }}, {{ landing_literal(batch.run) }}
                from {{ path }}good/ t
            )
            file_format = (format_name = '{{ feed.schema }}.CSV_FROM_POSTGRES')
            on_error = abort_statement
        {%- endset -%}
        {%- do landing_check_loaded(feed, run_query(sql), path ~ 'good/', batch.rows) -%}
    {%- endif -%}
{%- endmacro %}
