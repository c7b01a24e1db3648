{% macro landing_read_quarantine(feed, buffer) -%}
    {%- set fields = [] -%}
    {%- for name in landing_delivered_names(feed) + ['+1'] -%}
        {%- do fields.append('parse_json(raw_values):"' ~ name ~ '"::text') -%}
    {%- endfor -%}
    {%- set sql -%}
        insert into {{ buffer }} (
            source_file, source_content_key, source_row, raw_values,
            {{ landing_buffer_columns(feed) | join(', ') }}
        )
        select
            source_file, source_content_key, source_row, raw_values,
            {{ fields | join(', ') }}
        from {{ landing_open_quarantine(feed) }}
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}
