{% macro landing_create_stream_buffers(feed, batch, resync) -%}
    {%- set buffers = {} -%}
    {%- if resync -%}
        {%- do buffers.update(good=landing_buffer(feed, '_GOOD')) -%}
        {%- set columns = landing_column_definitions(feed) | join(', ') -%}
        {%- do run_query('create temporary table ' ~ buffers.good ~ ' (' ~ columns ~ ')') -%}
    {%- endif -%}
    {%- if batch.bad_rows -%}
        {%- do buffers.update(bad=landing_buffer(feed, '_BAD')) -%}
        {%- do run_query(
            'create temporary table ' ~ buffers.bad ~ ' (ingest_xid number(20,0), reasons text, raw_values text)'
        ) -%}
    {%- endif -%}
    {{ return(buffers) }}
{%- endmacro %}
