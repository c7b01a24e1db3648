{% macro landing_buffered_rows(feed, keys, buffer) -%}
    {%- set sql -%}
        from {{ buffer }} b
        join (select source_file, content_key from {{ landing_staged_lines(feed, keys) }}) l
            on l.content_key = {{ landing_content_key('b.file') }}
        where b.source_row > 1
    {%- endset -%}
    {{ return(sql) }}
{%- endmacro %}
