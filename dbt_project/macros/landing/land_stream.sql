{#- Lands what one unload put on the stage, all or nothing.

    The rows are those with after < ingest_xid, so the highest ingest_xid that is here is where the
    next unload starts. Were they landed meanwhile, by another run or an earlier try of this task,
    nothing is landed twice. A resync lands the rows that are missing here and leaves the others.

    By hand: python -m dags.landing land NAME (it unloads, then calls this). -#}
{% macro land_stream(feed, run, database, after, rows, bad_rows=0, resync=false) -%}
    {%- set feed = landing_feed(feed) -%}
    {%- set batch = {'run': run, 'database': database, 'after': after, 'rows': rows | int, 'bad_rows': bad_rows | int} -%}
    {%- set path = '@' ~ landing_stage(feed) ~ '/' ~ run ~ '/' -%}
    {%- do ensure_landing_objects() -%}
    {%- do ensure_feed(feed) -%}
    {%- set buffers = landing_stream_buffers(feed, batch, resync) -%}

    {%- do run_query('begin') -%}
    {%- do landing_take_turn(feed, run) -%}
    {%- if resync -%}
        {%- do landing_copy_stream(feed, path, batch, buffers.good) -%}
        {%- set landed = landing_insert_missing(feed, buffers.good) -%}
    {%- elif landing_is_behind(feed, batch) -%}
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

{#- Whether the watermark (dags/landing/watermark.py) is still where this unload began. Rows below
    need not be read for that: the time of a run must not follow the size of the table. -#}
{% macro landing_is_behind(feed, batch) -%}
    {%- set sql -%}
        select greatest(
            (
                select coalesce(max(ingest_xid), 0) from {{ landing_table(feed) }}
                where source_database = {{ landing_literal(batch.database) }} and ingest_xid >= {{ batch.after }}
            ),
            (
                select coalesce(max(source_row), 0) from {{ feed.schema }}.QUARANTINE
                where feed = {{ landing_literal(feed.name) }}
                    and source_content_key = {{ landing_literal(batch.database) }}
            )
        )::text
    {%- endset -%}
    {{ return(landing_scalar(sql) | string == batch.after | string) }}
{%- endmacro %}

{#- Temporary tables, made before the transaction because DDL would end it. -#}
{% macro landing_stream_buffers(feed, batch, resync) -%}
    {%- set buffers = {} -%}
    {%- if resync -%}
        {%- do buffers.update(good=landing_buffer(feed, '_GOOD')) -%}
        {%- set columns = landing_columns(landing_definition(feed)) | map(attribute='sql') | join(', ') -%}
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

{% macro landing_copy_stream(feed, path, batch, table) -%}
    {%- set names = landing_delivered(feed) | map(attribute='name') | list -%}
    {%- if batch.rows -%}
        {%- set sql -%}
            copy into {{ table }} ({{ names | join(', ') }}, airflow_ingested_at, source_database, landing_run)
            from (
                select
                    t.${{ range(1, names | length + 1) | join(', t.$') }},
                    {{ landing_now() }}, {{ landing_literal(batch.database) }}, {{ landing_literal(batch.run) }}
                from {{ path }}good/ t
            )
            file_format = (format_name = '{{ feed.schema }}.CSV_FROM_POSTGRES')
            on_error = abort_statement
        {%- endset -%}
        {%- do landing_check_loaded(feed, run_query(sql), path ~ 'good/', batch.rows) -%}
    {%- endif -%}
{%- endmacro %}

{#- Rows that do not fit the raw table; source_row is their ingest_xid, which moves the watermark.

    A resync brings them again: one that is here is known by transaction, reasons and key, because
    its values may have been corrected here. -#}
{% macro landing_quarantine_stream(feed, path, batch, buffer) -%}
    {%- set sql -%}
        copy into {{ buffer }} (ingest_xid, reasons, raw_values)
        from (select t.$1, t.$2, t.$3 from {{ path }}bad/ t)
        file_format = (format_name = '{{ feed.schema }}.CSV_FROM_POSTGRES')
        on_error = abort_statement
    {%- endset -%}
    {%- do landing_check_loaded(feed, run_query(sql), path ~ 'bad/', batch.bad_rows) -%}
    {%- set sql -%}
        insert into {{ feed.schema }}.QUARANTINE (
            feed, source_file, source_content_key, source_row, reasons, raw_values, quarantined_at, landing_run
        )
        select
            {{ landing_literal(feed.name) }},
            {{ landing_literal(feed.config.meta.landing['from'].relation) }},
            {{ landing_literal(batch.database) }},
            b.ingest_xid, b.reasons, b.raw_values, {{ landing_now() }}, {{ landing_literal(batch.run) }}
        from {{ buffer }} b
        where not exists (
            select 1 from {{ feed.schema }}.QUARANTINE q
            where q.feed = {{ landing_literal(feed.name) }}
                and q.source_content_key = {{ landing_literal(batch.database) }}
                and q.source_row = b.ingest_xid
                and q.reasons = b.reasons
                {%- for name in feed.config.meta.landing.key %}
                and coalesce(parse_json(q.raw_values):"{{ name }}"::text, '')
                    = coalesce(parse_json(b.raw_values):"{{ name }}"::text, '')
                {%- endfor %}
        )
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}

{#- What the unload wrote and what COPY INTO read must agree. -#}
{% macro landing_check_loaded(feed, result, path, rows) -%}
    {%- set loaded = namespace(rows=0) -%}
    {%- for row in result.rows if 'rows_loaded' in result.column_names -%}
        {%- set loaded.rows = loaded.rows + row['rows_loaded'] | int -%}
    {%- endfor -%}
    {%- if loaded.rows != rows -%}
        {%- do landing_abort(
            feed.name ~ ': the unload wrote ' ~ rows ~ ' rows, COPY INTO found ' ~ loaded.rows
            ~ ' at ' ~ path ~ '. Nothing was landed; start a new run.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- Number of rows of a resync that were not here. -#}
{% macro landing_insert_missing(feed, buffer) -%}
    {%- set names = landing_columns(landing_definition(feed)) | map(attribute='name') | list -%}
    {%- set sql -%}
        insert into {{ landing_table(feed) }} ({{ names | join(', ') }})
        select b.{{ names | join(', b.') }} from {{ buffer }} b
        where not exists (
            select 1 from {{ landing_table(feed) }} r where {{ landing_same_version(feed, 'r', 'b') }}
        )
    {%- endset -%}
    {{ return(landing_scalar(sql)) }}
{%- endmacro %}

{#- A version of a row is its key and the transaction that wrote it. -#}
{% macro landing_same_version(feed, one, other) -%}
    {%- set same = [] -%}
    {%- for name in feed.config.meta.landing.key + ['ingest_xid', 'source_database'] -%}
        {%- do same.append(one ~ '.' ~ name ~ ' = ' ~ other ~ '.' ~ name) -%}
    {%- endfor -%}
    {{ return(same | join(' and ')) }}
{%- endmacro %}
