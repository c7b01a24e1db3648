{% macro land_stream(feed, run, database, after, rows, bad_rows=0, resync=false) -%}
    {%- set feed = landing_feed(feed) -%}
    {%- set batch = {'run': run, 'database': database, 'after': after, 'rows': rows | int, 'bad_rows': bad_rows | int} -%}
    {%- set path = '@' ~ landing_stage(feed) ~ '/' ~ run ~ '/' -%}
    {%- do landing_ensure_shared_objects() -%}
    {%- do landing_ensure_feed(feed) -%}
    {%- set buffers = landing_create_stream_buffers(feed, batch, resync) -%}

    {%- do run_query('begin') -%}
    {%- do landing_acquire_feed_lock(feed, run) -%}
    {%- if resync -%}
        {%- do landing_copy_stream(feed, path, batch, buffers.good) -%}
        {%- set landed = landing_insert_missing(feed, buffers.good) -%}
    {%- elif landing_watermark(feed, batch) == batch.after | string -%}
        {%- do landing_copy_stream(feed, path, batch, landing_table(feed)) -%}
        {%- set landed = batch.rows -%}
    {%- else -%}
        {%- set landed = none -%}
    {%- endif -%}
    {%- if landed is none -%}
        {%- do run_query('rollback') -%}
        {%- do print(feed.name ~ ': the rows of run ' ~ run ~ ' are landed already; nothing to do.') -%}
    {%- else -%}
        {%- if batch.bad_rows -%}
            {%- do landing_quarantine_stream(feed, path, batch, buffers.bad) -%}
        {%- endif -%}
        {%- do run_query('commit') -%}
        {%- do print(
            feed.name ~ ': ' ~ landed ~ ' rows landed in ' ~ landing_table(feed) ~ ', ' ~ batch.bad_rows
            ~ ' in quarantine, by run ' ~ run ~ '.') -%}
    {%- endif -%}
    {%- for buffer in buffers.values() -%}
        {%- do run_query('drop table if exists ' ~ buffer) -%}
    {%- endfor -%}
    {%- do run_query('remove ' ~ path) -%}
{%- endmacro %}
