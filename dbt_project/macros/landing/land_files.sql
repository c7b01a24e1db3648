{#- Lands the files of a feed that wait on its stage (state `staged` in LANDED_FILES).

    Rows, quarantine and ledger are written in one transaction per batch of files: a file is landed
    whole or waits, however a run ends. Fails after everything is recorded when a file of this run
    was refused, did not arrive whole, or has more rejected rows than the feed allows.

    By hand: dbt run-operation land_files --args '{feed: NAME}' -#}
{% macro land_files(feed, run=invocation_id) -%}
    {%- set feed = landing_feed(feed) -%}
    {%- do ensure_landing_objects() -%}
    {%- do ensure_feed(feed) -%}
    {%- do landing_drop_duplicates(feed) -%}
    {%- set waiting = landing_waiting(feed) -%}
    {#- A file whose landing began and never ended may be why it did not: it is landed alone, after
        the new ones, and after those that were tried longer ago. -#}
    {%- set fresh = waiting | rejectattr('has_begun') | batch(500) | list -%}
    {%- set begun = waiting | selectattr('has_begun') | batch(1) | list -%}
    {%- for files in fresh + begun -%}
        {%- do landing_land_batch(feed, files, run) -%}
    {%- endfor -%}
    {%- do landing_report(feed, run) -%}
{%- endmacro %}

{#- Content that waits twice, or waits and is landed: one line stays. -#}
{% macro landing_drop_duplicates(feed) -%}
    {%- set ledger -%}
        {{ feed.schema }}.LANDED_FILES where feed = {{ landing_literal(feed.name) }}
    {%- endset -%}
    {%- set sql -%}
        update {{ feed.schema }}.LANDED_FILES
        set state = 'duplicate', first_error = 'the same content was staged by another run'
        where feed = {{ landing_literal(feed.name) }} and state = 'staged' and (
            content_key in (select content_key from {{ ledger }} and state = 'loaded')
            or stage_path not in (
                select min(stage_path) from {{ ledger }} and state = 'staged' group by content_key
            )
        )
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}

{#- [{key, path, counted, has_begun}], those first that were tried or came longest ago. -#}
{% macro landing_waiting(feed) -%}
    {%- set sql -%}
        select content_key, stage_path, rows_counted, first_error is not null as has_begun
        from {{ feed.schema }}.LANDED_FILES
        where feed = {{ landing_literal(feed.name) }} and state = 'staged'
        order by first_error, staged_at, source_file
    {%- endset -%}
    {%- set files = [] -%}
    {%- for key, path, counted, has_begun in run_query(sql).rows -%}
        {%- do files.append({'key': key, 'path': path, 'counted': counted | int, 'has_begun': has_begun}) -%}
    {%- endfor -%}
    {{ return(files) }}
{%- endmacro %}

{% macro landing_land_batch(feed, files, run) -%}
    {%- set buffer = landing_buffer(feed) -%}
    {%- set keys = landing_in(files | map(attribute='key')) -%}
    {#- DDL ends a transaction in Snowflake, so the buffer is made before one begins. -#}
    {%- set sql -%}
        create or replace temporary table {{ buffer }} (
            file text, source_row number(38,0), {{ landing_buffer_columns(feed) | join(' text, ') }} text
        )
    {%- endset -%}
    {%- do run_query(sql) -%}
    {%- set begun = 'its landing began at ' ~ run_started_at.isoformat() ~ ' and did not end' -%}
    {%- do run_query('update ' ~ landing_staged(feed, keys, changes='first_error = ' ~ landing_literal(begun))) -%}
    {%- do run_query('begin') -%}
    {%- do landing_take_turn(feed, run) -%}
    {%- set mine = landing_scalar('select count(*) from ' ~ landing_staged(feed, keys)) -%}
    {%- if mine | int != files | length -%}
        {%- do run_query('rollback') -%}
        {%- do print(feed.name ~ ': another run landed these files meanwhile.') -%}
    {%- else -%}
        {%- set lost = landing_copy_files(feed, files, buffer) -%}
        {%- do landing_set_aside(feed, lost, buffer, run) -%}
        {%- set loaded = landing_insert_good(feed, keys, buffer, run) -%}
        {%- do landing_insert_bad(feed, keys, buffer, run, loaded) -%}
        {%- do landing_write_ledger(feed, keys, buffer, run) -%}
        {%- do landing_check_counts(feed, keys, files | length - lost | length, loaded) -%}
        {%- do run_query('commit') -%}
    {%- endif -%}
    {%- do run_query('drop table if exists ' ~ buffer) -%}
    {%- do landing_clear_stage(feed, files | map(attribute='path')) -%}
{%- endmacro %}

{#- c1..cn for the feed's columns, and one more that shows a row with too many fields. -#}
{% macro landing_buffer_columns(feed) -%}
    {%- set names = [] -%}
    {%- for n in range(landing_delivered(feed) | length + 1) -%}
        {%- do names.append('c' ~ (n + 1)) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- The ledger's lines of files that wait, as the rest of a statement behind `from` or `update`. -#}
{% macro landing_staged(feed, keys, changes=none) -%}
    {%- set sql -%}
        {{ feed.schema }}.LANDED_FILES {{ 'set ' ~ changes if changes }}
        where feed = {{ landing_literal(feed.name) }} and content_key in {{ keys }} and state = 'staged'
    {%- endset -%}
    {{ return(sql) }}
{%- endmacro %}

{#- The header is loaded too: it is record 1, so a record's number is the same in every parser.

    Returns the files of which not all records arrived, with a reason each. -#}
{% macro landing_copy_files(feed, files, buffer) -%}
    {%- set columns = landing_buffer_columns(feed) -%}
    {%- set sql -%}
        copy into {{ buffer }} (file, source_row, {{ columns | join(', ') }})
        from (
            select metadata$filename, metadata$file_row_number, t.${{ range(1, columns | length + 1) | join(', t.$') }}
            from @{{ landing_stage(feed) }} t
        )
        files = {{ landing_in(files | map(attribute='path')) }}
        file_format = (format_name = '{{ feed.schema }}.CSV_AS_TEXT')
        on_error = abort_statement
    {%- endset -%}
    {%- set result = run_query(sql) -%}
    {%- set read = {} -%}
    {%- for row in result.rows if 'rows_loaded' in result.column_names -%}
        {%- do read.update({landing_key_of(row['file']): row['rows_loaded'] | int - 1}) -%}
    {%- endfor -%}
    {%- set lost = [] -%}
    {%- for file in files if read.get(file.key) != file.counted -%}
        {%- do lost.append({
            'key': file.key,
            'reason': file.counted ~ ' rows were staged, COPY INTO read ' ~ read.get(file.key, 0),
        }) -%}
    {%- endfor -%}
    {{ return(lost) }}
{%- endmacro %}

{#- The content key in the name of a staged file, run/key.csv.gz. -#}
{% macro landing_key_of(path) -%}
    {{ return(path.split('/')[-1].split('.')[0]) }}
{%- endmacro %}
{% macro landing_key_in_sql(column) -%}
    {{ return("split_part(split_part(" ~ column ~ ", '/', -1), '.', 1)") }}
{%- endmacro %}

{#- Files that did not arrive whole: the next run stages them again (dags/landing/ledger.py). -#}
{% macro landing_set_aside(feed, lost, buffer, run) -%}
    {%- for file in lost -%}
        {%- set changes -%}
            state = 'lost', first_error = {{ landing_literal(file.reason) }}, landing_run = {{ landing_literal(run) }}
        {%- endset -%}
        {%- do run_query('update ' ~ landing_staged(feed, landing_in([file.key]), changes=changes)) -%}
        {%- do run_query(
            'delete from ' ~ buffer ~ ' where ' ~ landing_key_in_sql('file') ~ ' = ' ~ landing_literal(file.key)
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Rows of the buffer with their file; b is the row, l the ledger's line of its file. -#}
{% macro landing_buffered(feed, keys, buffer) -%}
    {%- set sql -%}
        from {{ buffer }} b
        join (select source_file, content_key from {{ landing_staged(feed, keys) }}) l
            on l.content_key = {{ landing_key_in_sql('b.file') }}
        where b.source_row > 1
    {%- endset -%}
    {{ return(sql) }}
{%- endmacro %}

{#- Number of rows inserted into the raw table. -#}
{% macro landing_insert_good(feed, keys, buffer, run) -%}
    {%- set sql -%}
        insert into {{ landing_table(feed) }} (
            {{ landing_delivered(feed) | map(attribute='name') | join(', ') }},
            source_file, ingested_at, source_content_key, source_row, landing_run
        )
        select
            {{ landing_values(feed) | join(', ') }},
            l.source_file, {{ landing_now() }}, l.content_key, b.source_row, {{ landing_literal(run) }}
        {{ landing_buffered(feed, keys, buffer) }} and not {{ landing_is_bad(feed) }}
    {%- endset -%}
    {{ return(landing_scalar(sql) | int) }}
{%- endmacro %}

{% macro landing_insert_bad(feed, keys, buffer, run, loaded) -%}
    {%- set buffered = landing_buffered(feed, keys, buffer) -%}
    {#- Nothing is missing in the raw table: the second pass over the buffer can be saved. -#}
    {%- if landing_scalar('select count(*) ' ~ buffered) | int != loaded -%}
        {%- set sql -%}
            insert into {{ feed.schema }}.QUARANTINE (
                feed, source_file, source_content_key, source_row, reasons, raw_values, quarantined_at, landing_run
            )
            select
                {{ landing_literal(feed.name) }}, l.source_file, l.content_key, b.source_row,
                {{ landing_reasons(feed) }},
                {{ landing_raw_values(feed) }},
                {{ landing_now() }}, {{ landing_literal(run) }}
            {{ buffered }} and {{ landing_is_bad(feed) }}
        {%- endset -%}
        {%- do run_query(sql) -%}
    {%- endif -%}
{%- endmacro %}

{#- The fields as they came, as a JSON object; a field beyond the last column is called +1. -#}
{% macro landing_raw_values(feed) -%}
    {%- set pairs = [] -%}
    {%- for name in (landing_delivered(feed) | map(attribute='name') | list) + ['+1'] -%}
        {%- do pairs.append(landing_literal(name) ~ ', c' ~ loop.index) -%}
    {%- endfor -%}
    {{ return('object_construct_keep_null(' ~ pairs | join(', ') ~ ')::text') }}
{%- endmacro %}

{% macro landing_write_ledger(feed, keys, buffer, run) -%}
    {%- set sql -%}
        merge into {{ feed.schema }}.LANDED_FILES l using (
            select
                p.content_key, p.rows_parsed, coalesce(q.rows_rejected, 0) as rows_rejected, q.first_error
            from (
                select {{ landing_key_in_sql('file') }} as content_key, count(*) - 1 as rows_parsed
                from {{ buffer }} group by 1
            ) p
            left join (
                select
                    source_content_key, count(*) as rows_rejected,
                    max(case when n = 1 then 'row ' || source_row || ': ' || reasons end) as first_error
                from (
                    select *, row_number() over (partition by source_content_key order by source_row) as n
                    from {{ feed.schema }}.QUARANTINE
                    where feed = {{ landing_literal(feed.name) }}
                        and source_content_key in {{ keys }} and replayed_at is null
                ) r
                group by 1
            ) q on q.source_content_key = p.content_key
        ) s
        on l.feed = {{ landing_literal(feed.name) }} and l.content_key = s.content_key and l.state = 'staged'
        when matched then update set
            state = 'loaded',
            rows_parsed = s.rows_parsed,
            rows_loaded = s.rows_parsed - s.rows_rejected,
            rows_rejected = s.rows_rejected,
            first_error = s.first_error,
            landed_at = {{ landing_now() }},
            landing_run = {{ landing_literal(run) }}
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}

{#- What the files hold by our own count, what was read and what was written must agree. -#}
{% macro landing_check_counts(feed, keys, files, loaded) -%}
    {%- set sql -%}
        select count(*), coalesce(sum(rows_counted), 0), coalesce(sum(rows_parsed), 0), coalesce(sum(rows_loaded), 0)
        from {{ feed.schema }}.LANDED_FILES
        where feed = {{ landing_literal(feed.name) }} and content_key in {{ keys }} and state = 'loaded'
    {%- endset -%}
    {%- set found = run_query(sql).rows[0] -%}
    {%- if found[0] | int != files or found[1] != found[2] or found[3] | int != loaded -%}
        {%- do landing_abort(
            feed.name ~ ': ' ~ files ~ ' files arrived, and ' ~ found[0] ~ ' with ' ~ found[1]
            ~ ' rows are in the ledger; ' ~ found[2] ~ ' rows were read, and ' ~ loaded ~ ' of ' ~ found[3]
            ~ ' good ones were written. Nothing was landed; run the task again.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- Remove the folders of the stage in which no file waits any more. -#}
{% macro landing_clear_stage(feed, paths) -%}
    {%- set folders = [] -%}
    {%- for path in paths if path.split('/')[0] not in folders -%}
        {%- do folders.append(path.split('/')[0]) -%}
    {%- endfor -%}
    {%- for folder in folders -%}
        {%- set sql -%}
            select count(*) from {{ feed.schema }}.LANDED_FILES
            where feed = {{ landing_literal(feed.name) }} and state = 'staged'
                and stage_path like {{ landing_literal(folder ~ '/%') }}
        {%- endset -%}
        {%- if not landing_scalar(sql) | int -%}
            {%- do run_query('remove @' ~ landing_stage(feed) ~ '/' ~ folder ~ '/') -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
