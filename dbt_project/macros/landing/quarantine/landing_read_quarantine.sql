{% macro landing_read_quarantine(feed, buffer) -%}
    {%- set sql -%}
        insert into {{ buffer }} (
            source_file, source_content_key, source_row, raw_values, quarantined_at,
            {{ landing_buffer_columns(feed) | join(', ') }}
        )
        select
            source_file, source_content_key, source_row, raw_values, quarantined_at,
            {{ landing_quarantined_fields(feed) | join(', ') }}
        from {{ landing_open_quarantine(feed) }}
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}
