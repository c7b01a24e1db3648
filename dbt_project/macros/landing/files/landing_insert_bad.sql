{% macro landing_insert_bad(feed, keys, buffer, at, run, loaded) -%}
    {%- set buffered = landing_buffered_rows(feed, keys, buffer) -%}
    {#- When every row is in the raw table, the second pass over the buffer is saved. -#}
    {%- if landing_scalar('select count(*) ' ~ buffered) | int != loaded -%}
        {%- set sql -%}
            insert into {{ feed.schema }}.QUARANTINE (
                feed, source_file, source_content_key, source_row, reasons, raw_values, quarantined_at, landing_run
            )
            select
                {{ landing_literal(feed.name) }}, l.source_file, l.content_key, {{ landing_source_row(feed) }},
                {{ landing_reasons(feed) }},
                {{ landing_raw_values(feed) }},
                {{ at }}, {{ landing_literal(run) }}
            {{ buffered }} and {{ landing_is_bad(feed) }}
        {%- endset -%}
        {%- do run_query(sql) -%}
    {%- endif -%}
{%- endmacro %}
