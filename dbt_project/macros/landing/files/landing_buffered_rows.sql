{% macro landing_buffered_rows(feed, keys, buffer) -%}
    {#- What a file's name says is read once for each file, not for each row. -#}
    {%- set sql -%}
        from {{ buffer }} b
        join (
            select f.file, f.records_before, s.source_file, s.content_key
            from (
                select
                    file, {{ landing_content_key('file') }} as content_key,
                    {{ landing_records_before('file') }} as records_before
                from (select distinct file from {{ buffer }}) d
            ) f
            join (select source_file, content_key from {{ landing_staged_lines(feed, keys) }}) s
                on s.content_key = f.content_key
        ) l on l.file = b.file
        where b.source_row + l.records_before > 1
    {%- endset -%}
    {{ return(sql) }}
{%- endmacro %}
