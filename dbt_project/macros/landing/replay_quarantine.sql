{% macro replay_quarantine(feed, run=invocation_id) -%}
    {%- set feed = landing_feed(feed) -%}
    {%- set buffer = landing_buffer(feed) -%}
    {%- set overtaken = namespace(lines=0) -%}
    {%- do landing_ensure_shared_objects() -%}
    {%- do landing_ensure_feed(feed) -%}
    {%- if not landing_has_open_lines(feed) -%}
        {%- do print(feed.name ~ ': 0 rows landed from quarantine, 0 left in it.') -%}
        {{ return('') }}
    {%- endif -%}
    {%- set sql -%}
        create temporary table {{ buffer }} (
            source_file text, source_content_key text, source_row number(38,0), raw_values text,
            quarantined_at timestamp_ntz(6), {{ landing_buffer_columns(feed) | join(' text, ') }} text
        )
    {%- endset -%}
    {%- do run_query(sql) -%}
    {%- do run_query('begin') -%}
    {%- do landing_acquire_feed_lock(feed, run) -%}
    {%- if not landing_is_stream(feed) -%}
        {%- set overtaken.lines = landing_close_overtaken(feed) -%}
    {%- endif -%}
    {%- do landing_read_quarantine(feed, buffer) -%}
    {%- if not landing_is_stream(feed) -%}
        {%- do landing_drop_older(feed, buffer) -%}
    {%- endif -%}
    {%- set landed = landing_insert_replayed(feed, buffer, run) -%}
    {%- do landing_mark_replayed(feed, buffer) -%}
    {%- if not landing_is_stream(feed) -%}
        {%- set overtaken.lines = overtaken.lines + landing_close_overtaken(feed) -%}
    {%- endif -%}
    {%- set left = landing_scalar('select count(*) from ' ~ landing_open_quarantine(feed)) -%}
    {%- do run_query('commit') -%}
    {%- do run_query('drop table if exists ' ~ buffer) -%}
    {%- if overtaken.lines -%}
        {%- do print(
            feed.name ~ ': ' ~ overtaken.lines ~ ' rows of the quarantine left out, because a later file or a later'
            ~ ' row has brought their keys (overtaken_by).') -%}
    {%- endif -%}
    {%- do print(feed.name ~ ': ' ~ landed ~ ' rows landed from quarantine, ' ~ left ~ ' left in it.') -%}
{%- endmacro %}
