{% macro landing_insert_good(feed, keys, buffer, at, run) -%}
    {%- set sql -%}
        insert into {{ landing_table(feed) }} (
            {{ landing_delivered_names(feed) | join(', ') }},
            source_file, ingested_at, source_content_key, source_row, landing_run
            {{- ', extra_columns' if landing_keeps_extra(feed) }}
        )
        select
            {{ landing_values(feed) | join(', ') }},
            l.source_file, {{ at }}, l.content_key, {{ landing_source_row(feed) }}, {{ landing_literal(run) }}
            {{- ", parse_json(nullif(b." ~ landing_added_fields(feed).extra ~ ", ''))" if landing_keeps_extra(feed) }}
        {{ landing_buffered_rows(feed, keys, buffer) }} and not {{ landing_is_bad(feed) }}
    {%- endset -%}
    {{ return(landing_scalar(sql) | int) }}
{%- endmacro %}
