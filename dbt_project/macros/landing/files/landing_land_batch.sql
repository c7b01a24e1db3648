{% macro landing_land_batch(feed, files, at, run) -%}
    {%- set buffer = landing_buffer(feed) -%}
    {%- set keys = landing_in_list(files | map(attribute='key')) -%}
    {#- DDL ends a transaction in Snowflake, so the buffer is made before one begins. -#}
    {%- set sql -%}
        create or replace temporary table {{ buffer }} (
            file text, source_row number(38,0), {{ landing_buffer_columns(feed) | join(' text, ') }} text
        )
    {%- endset -%}
    {%- do run_query(sql) -%}
    {%- set begun = 'its landing began at ' ~ run_started_at.isoformat() ~ ' and did not end' -%}
    {%- do run_query('update ' ~ landing_staged_lines(feed, keys, changes='first_error = ' ~ landing_literal(begun))) -%}
    {%- set has_open_lines = landing_has_open_lines(feed) -%}
    {%- do run_query('begin') -%}
    {%- do landing_acquire_feed_lock(feed, run) -%}
    {%- set mine = landing_scalar('select count(*) from ' ~ landing_staged_lines(feed, keys)) -%}
    {%- if mine | int != files | length -%}
        {%- do run_query('rollback') -%}
        {%- do print(feed.name ~ ': another run landed these files meanwhile.') -%}
    {%- else -%}
        {%- set lost = landing_copy_files(feed, files, buffer) -%}
        {%- do landing_set_lost(feed, lost, buffer, run) -%}
        {%- set loaded = landing_insert_good(feed, keys, buffer, at, run) -%}
        {%- do landing_insert_bad(feed, keys, buffer, at, run, loaded) -%}
        {%- do landing_write_ledger(feed, keys, buffer, at, run) -%}
        {%- do landing_check_counts(feed, keys, files | length - lost | length, loaded) -%}
        {%- if has_open_lines -%}
            {%- do landing_close_overtaken(feed, run) -%}
        {%- endif -%}
        {%- do run_query('commit') -%}
    {%- endif -%}
    {%- do run_query('drop table if exists ' ~ buffer) -%}
    {%- do landing_clear_stage(feed, files | map(attribute='paths') | sum(start=[])) -%}
{%- endmacro %}
