{#- Lands the files of a feed that wait on its stage (state `staged` in LANDED_FILES).

    Rows, quarantine and ledger are written in one transaction per batch of files: a file is landed
    whole or waits, however a run ends. Fails after everything is recorded when a file of this run
    was refused or has more rejected rows than the feed allows.

    By hand: dbt run-operation land_files --args '{feed: NAME}' -#}
{% macro land_files(feed, run=invocation_id) -%}
    {%- set feed = landing_feed(feed) -%}
    {%- do ensure_landing_objects() -%}
    {%- do ensure_feed(feed) -%}
    {%- set waiting = run_query(
        'select content_key, stage_path from ' ~ feed.schema ~ '.LANDED_FILES where feed = '
        ~ landing_literal(feed.name) ~ " and state = 'staged' order by staged_at, source_file"
    ).rows -%}
    {%- for files in waiting | batch(500) -%}
        {%- do landing_land_batch(feed, files, run) -%}
    {%- endfor -%}
    {%- do landing_report(feed, run) -%}
{%- endmacro %}

{% macro landing_land_batch(feed, files, run) -%}
    {%- set buffer = feed.schema ~ '.LOAD_' ~ feed.identifier ~ '_' ~ invocation_id.replace('-', '') -%}
    {%- set keys = landing_in(files | map(attribute=0)) -%}
    {#- DDL ends a transaction in Snowflake, so the buffer is made before one begins. -#}
    {%- do run_query(
        'create or replace temporary table ' ~ buffer ~ ' (file text, source_row number(38,0), '
        ~ landing_buffer_columns(feed) | join(' text, ') ~ ' text)'
    ) -%}
    {%- do run_query('begin') -%}
    {%- do landing_take_turn(feed, run) -%}
    {%- set mine = landing_scalar(
        'select count(*) from ' ~ landing_ledger(feed, keys) ~ " and state = 'staged'"
    ) -%}
    {%- if mine | int != files | length -%}
        {%- do run_query('rollback') -%}
        {%- do print(feed.name ~ ': another run landed these files meanwhile.') -%}
    {%- else -%}
        {%- do landing_copy_files(feed, files | map(attribute=1), buffer) -%}
        {%- set loaded = landing_insert_good(feed, keys, buffer, run) -%}
        {%- do landing_insert_bad(feed, keys, buffer, run, loaded) -%}
        {%- do landing_write_ledger(feed, keys, buffer, run) -%}
        {%- do landing_check_counts(feed, keys, files | length, loaded) -%}
        {%- do run_query('commit') -%}
    {%- endif -%}
    {%- do run_query('drop table if exists ' ~ buffer) -%}
    {%- do landing_clear_stage(feed, files | map(attribute=1)) -%}
{%- endmacro %}

{#- c1..cn for the feed's columns, and one more that shows a row with too many fields. -#}
{% macro landing_buffer_columns(feed) -%}
    {%- set names = [] -%}
    {%- for n in range(landing_delivered(feed) | length + 1) -%}
        {%- do names.append('c' ~ (n + 1)) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{% macro landing_in(values) -%}
    {%- set literals = [] -%}
    {%- for value in values -%}
        {%- do literals.append(landing_literal(value)) -%}
    {%- endfor -%}
    {{ return('(' ~ literals | join(', ') ~ ')') }}
{%- endmacro %}

{#- The ledger's lines of some files, as the rest of a query behind `from`. -#}
{% macro landing_ledger(feed, keys) -%}
    {{ return(
        feed.schema ~ '.LANDED_FILES where feed = ' ~ landing_literal(feed.name)
        ~ ' and content_key in ' ~ keys
    ) }}
{%- endmacro %}

{#- The header is loaded too: it is record 1, so a record's number is the same in every parser. -#}
{% macro landing_copy_files(feed, paths, buffer) -%}
    {%- set columns = landing_buffer_columns(feed) -%}
    {%- do run_query(
        'copy into ' ~ buffer ~ ' (file, source_row, ' ~ columns | join(', ') ~ ')'
        ~ ' from (select metadata$filename, metadata$file_row_number, '
        ~ 't.$' ~ range(1, columns | length + 1) | join(', t.$')
        ~ ' from @' ~ landing_stage(feed) ~ ' t)'
        ~ ' files = ' ~ landing_in(paths)
        ~ " file_format = (format_name = '" ~ feed.schema ~ ".CSV_AS_TEXT')"
        ~ ' on_error = abort_statement'
    ) -%}
{%- endmacro %}

{#- Rows of the buffer with their file; b is the row, l the ledger's line of its file. -#}
{% macro landing_buffered(feed, keys, buffer) -%}
    {{ return(
        ' from ' ~ buffer ~ ' b join (select source_file, content_key, stage_path from '
        ~ landing_ledger(feed, keys) ~ " and state = 'staged') l"
        ~ " on l.content_key = split_part(split_part(b.file, '/', -1), '.', 1)"
        ~ ' where b.source_row > 1'
    ) }}
{%- endmacro %}

{#- Number of rows inserted into the raw table. -#}
{% macro landing_insert_good(feed, keys, buffer, run) -%}
    {%- set names = [] -%}
    {%- set values = [] -%}
    {%- for column in landing_delivered(feed) -%}
        {%- do names.append(column.name) -%}
        {%- do values.append(landing_value('c' ~ loop.index, column.data_type)) -%}
    {%- endfor -%}
    {{ return(landing_scalar(
        'insert into ' ~ landing_table(feed) ~ ' (' ~ names | join(', ')
        ~ ', source_file, ingested_at, source_content_key, source_row, landing_run)'
        ~ ' select ' ~ values | join(', ') ~ ', l.source_file, ' ~ landing_now()
        ~ ', l.content_key, b.source_row, ' ~ landing_literal(run)
        ~ landing_buffered(feed, keys, buffer) ~ ' and not ' ~ landing_is_bad(feed)
    ) | int) }}
{%- endmacro %}

{% macro landing_insert_bad(feed, keys, buffer, run, loaded) -%}
    {%- set rows = landing_scalar('select count(*)' ~ landing_buffered(feed, keys, buffer)) | int -%}
    {#- Nothing is missing in the raw table: the second pass over the buffer can be saved. -#}
    {%- if rows != loaded -%}
        {%- do run_query(
            'insert into ' ~ feed.schema ~ '.QUARANTINE (feed, source_file, source_content_key,'
            ~ ' source_row, reasons, raw_values, quarantined_at, landing_run)'
            ~ ' select ' ~ landing_literal(feed.name) ~ ', l.source_file, l.content_key, b.source_row, '
            ~ landing_reasons(feed) ~ ', ' ~ landing_raw_values(feed) ~ ', ' ~ landing_now() ~ ', '
            ~ landing_literal(run)
            ~ landing_buffered(feed, keys, buffer) ~ ' and ' ~ landing_is_bad(feed)
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The fields as they came, as a JSON object; a field beyond the last column is called +1. -#}
{% macro landing_raw_values(feed) -%}
    {%- set pairs = [] -%}
    {%- for column in landing_delivered(feed) -%}
        {%- do pairs.append(landing_literal(column.name) ~ ', c' ~ loop.index) -%}
    {%- endfor -%}
    {%- do pairs.append("'+1', c" ~ (pairs | length + 1)) -%}
    {{ return('object_construct_keep_null(' ~ pairs | join(', ') ~ ')::text') }}
{%- endmacro %}

{% macro landing_write_ledger(feed, keys, buffer, run) -%}
    {%- do run_query(
        'merge into ' ~ feed.schema ~ '.LANDED_FILES l using ('
        ~ ' select p.content_key, p.rows_parsed, coalesce(q.rows_rejected, 0) as rows_rejected, q.first_error'
        ~ " from (select split_part(split_part(file, '/', -1), '.', 1) as content_key,"
        ~ '   count(*) - 1 as rows_parsed from ' ~ buffer ~ ' group by 1) p'
        ~ ' left join (select source_content_key, count(*) as rows_rejected,'
        ~ "   max(case when n = 1 then 'row ' || source_row || ': ' || reasons end) as first_error"
        ~ '   from (select *, row_number() over (partition by source_content_key order by source_row) as n'
        ~ '     from ' ~ feed.schema ~ '.QUARANTINE where feed = ' ~ landing_literal(feed.name)
        ~ '     and source_content_key in ' ~ keys ~ ' and replayed_at is null) r'
        ~ '   group by 1) q on q.source_content_key = p.content_key'
        ~ ' ) s on l.feed = ' ~ landing_literal(feed.name) ~ ' and l.content_key = s.content_key'
        ~ " and l.state = 'staged'"
        ~ " when matched then update set state = 'loaded', rows_parsed = s.rows_parsed,"
        ~ ' rows_loaded = s.rows_parsed - s.rows_rejected, rows_rejected = s.rows_rejected,'
        ~ ' first_error = s.first_error, landed_at = ' ~ landing_now()
        ~ ', landing_run = ' ~ landing_literal(run)
    ) -%}
{%- endmacro %}

{#- What the file holds by our own count, what COPY INTO read and what was written must agree. -#}
{% macro landing_check_counts(feed, keys, files, loaded) -%}
    {%- set found = run_query(
        'select count(*), sum(rows_counted), sum(rows_parsed), sum(rows_loaded) from '
        ~ landing_ledger(feed, keys) ~ " and state = 'loaded'"
    ).rows[0] -%}
    {%- if found[0] | int != files or found[1] != found[2] or found[3] | int != loaded -%}
        {%- do landing_abort(
            feed.name ~ ': ' ~ files ~ ' files were staged with ' ~ found[1] ~ ' rows; COPY INTO read '
            ~ found[0] ~ ' files with ' ~ found[2] ~ ' rows, and ' ~ loaded ~ ' of ' ~ found[3]
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
        {%- set waiting = landing_scalar(
            'select count(*) from ' ~ feed.schema ~ '.LANDED_FILES where feed = ' ~ landing_literal(feed.name)
            ~ " and state = 'staged' and stage_path like " ~ landing_literal(folder ~ '/%')
        ) -%}
        {%- if not waiting | int -%}
            {%- do run_query('remove @' ~ landing_stage(feed) ~ '/' ~ folder ~ '/') -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
