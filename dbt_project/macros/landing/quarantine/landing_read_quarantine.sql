{% macro landing_read_quarantine(feed, buffer) -%}
    {%- set fields = [] -%}
    {%- for name in landing_delivered_names(feed) + ['+1'] -%}
        {%- do fields.append('parse_json(raw_values):"' ~ name ~ '"::text') -%}
    {%- endfor -%}
    {%- if landing_has_format(feed) -%}
        {#- Line, faults, raw, extra. -#}
        {%- set more = fields.pop() -%}
        {%- do fields.extend(['null', "case when " ~ more ~ " is not null then 'too many fields' end", 'null', 'null']) -%}
    {%- endif -%}
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
