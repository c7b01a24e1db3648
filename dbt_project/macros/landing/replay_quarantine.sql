{% macro replay_quarantine(feed, run=invocation_id) -%}
    {%- set feed = landing_feed(feed) -%}
    {%- set buffer = landing_buffer(feed) -%}
    {%- do landing_ensure_shared_objects() -%}
    {%- do landing_ensure_feed(feed) -%}
    {%- set sql -%}
        create temporary table {{ buffer }} (
            source_file text, source_content_key text, source_row number(38,0), raw_values text,
            {{ landing_buffer_columns(feed) | join(' text, ') }} text
        )
    {%- endset -%}
    {%- do run_query(sql) -%}
    {%- do run_query('begin') -%}
    {%- do landing_acquire_feed_lock(feed, run) -%}
    {%- do landing_read_quarantine(feed, buffer) -%}
    {%- set landed = landing_insert_replayed(feed, buffer, run) -%}
    {%- do landing_mark_replayed(feed, buffer) -%}
    {%- set left = landing_scalar('select count(*) from ' ~ landing_open_quarantine(feed)) -%}
    {%- do run_query('commit') -%}
    {%- do run_query('drop table if exists ' ~ buffer) -%}
    {%- do print(feed.name ~ ': ' ~ landed ~ ' rows landed from quarantine, ' ~ left ~ ' left in it.') -%}
{%- endmacro %}
