{#- Lands what one unload put on the stage, all or nothing.

    The rows are those with after < ingest_xid, so the highest ingest_xid in the table is where the
    next unload starts. If it moved since the unload looked, another run landed the same rows:
    nothing is landed twice, and the task fails so that somebody looks.

    By hand: python -m dags.landing land NAME (it unloads, then calls this). -#}
{% macro land_stream(feed, run, database, after, rows) -%}
    {%- set feed = landing_feed(feed) -%}
    {%- set table = landing_table(feed) -%}
    {%- set path = '@' ~ landing_stage(feed) ~ '/' ~ run ~ '/' -%}
    {%- do ensure_landing_objects() -%}
    {%- do ensure_feed(feed) -%}

    {%- do run_query('begin') -%}
    {%- do landing_take_turn(feed, run) -%}
    {%- set landed = landing_scalar('select count(*) from ' ~ table ~ ' where landing_run = ' ~ landing_literal(run)) -%}
    {%- if landed -%}
        {%- do run_query('rollback') -%}
        {%- do log(feed.name ~ ': run ' ~ run ~ ' was landed before (' ~ landed ~ ' rows); nothing to do.', info=true) -%}
    {%- else -%}
        {%- do landing_check_watermark(feed, database, after) -%}
        {%- do landing_copy_stream(feed, path, run, database, rows) -%}
        {%- do run_query('commit') -%}
        {%- do log(feed.name ~ ': ' ~ rows ~ ' rows landed in ' ~ table ~ ' by run ' ~ run ~ '.', info=true) -%}
    {%- endif -%}
    {%- do run_query('remove ' ~ path) -%}
{%- endmacro %}

{#- One landing a feed at a time: the update holds the feed's line until the transaction ends. -#}
{% macro landing_take_turn(feed, run) -%}
    {%- do run_query(
        'update ' ~ feed.schema ~ '.FEEDS set last_run = ' ~ landing_literal(run)
        ~ ', last_landed_at = ' ~ landing_now() ~ ' where feed = ' ~ landing_literal(feed.name)
    ) -%}
{%- endmacro %}

{% macro landing_check_watermark(feed, database, after) -%}
    {%- set watermark = landing_scalar(
        'select coalesce(max(ingest_xid), 0)::text from ' ~ landing_table(feed)
        ~ ' where source_database = ' ~ landing_literal(database)
    ) -%}
    {%- if watermark | string != after | string -%}
        {%- do landing_abort(
            feed.name ~ ': the watermark is ' ~ watermark ~ ' now and was ' ~ after
            ~ ' at the unload, so another run landed these rows. Nothing was landed; start a new run.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{% macro landing_copy_stream(feed, path, run, database, rows) -%}
    {%- set names = landing_delivered(feed) | map(attribute='name') | list -%}
    {%- set fields = [] -%}
    {%- for name in names -%}
        {%- do fields.append('t.$' ~ loop.index) -%}
    {%- endfor -%}
    {%- set result = run_query(
        'copy into ' ~ landing_table(feed)
        ~ ' (' ~ names | join(', ') ~ ', airflow_ingested_at, source_database, landing_run)'
        ~ ' from (select ' ~ fields | join(', ') ~ ', ' ~ landing_now() ~ ', ' ~ landing_literal(database)
        ~ ', ' ~ landing_literal(run) ~ ' from ' ~ path ~ ' t)'
        ~ " file_format = (format_name = '" ~ feed.schema ~ ".CSV_FROM_POSTGRES')"
        ~ ' on_error = abort_statement'
    ) -%}
    {%- set loaded = landing_scalar(
        'select count(*) from ' ~ landing_table(feed) ~ ' where landing_run = ' ~ landing_literal(run)
    ) -%}
    {%- if loaded | int != rows | int -%}
        {%- do landing_abort(
            feed.name ~ ': the unload wrote ' ~ rows ~ ' rows, COPY INTO found ' ~ loaded
            ~ ' at ' ~ path ~ '. Nothing was landed; start a new run.'
        ) -%}
    {%- endif -%}
{%- endmacro %}
