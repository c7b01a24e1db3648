{#- Lands the rows of a feed's quarantine that are good now, and leaves the others.

    After a fix, of the landing block or of the values themselves:
        update RAW.QUARANTINE set raw_values = '{"tx_id": "t7", "amount": "1.50", ...}'
        where feed = 'x' and source_file = 'y.csv' and source_row = 7;

    By hand: python -m dags.landing replay NAME -#}
{% macro replay_quarantine(feed, run=invocation_id) -%}
    {%- set feed = landing_feed(feed) -%}
    {%- set buffer = feed.schema ~ '.LOAD_' ~ feed.identifier ~ '_' ~ invocation_id.replace('-', '') -%}
    {%- do ensure_landing_objects() -%}
    {%- do ensure_feed(feed) -%}
    {%- do run_query(
        'create temporary table ' ~ buffer ~ ' (source_file text, source_content_key text, source_row number(38,0),'
        ~ ' raw_values text, ' ~ landing_buffer_columns(feed) | join(' text, ') ~ ' text)'
    ) -%}
    {%- do run_query('begin') -%}
    {%- do landing_take_turn(feed, run) -%}
    {%- do landing_read_quarantine(feed, buffer) -%}
    {%- set landed = landing_insert_replayed(feed, buffer, run) -%}
    {%- do landing_mark_replayed(feed, buffer) -%}
    {%- set left = landing_scalar(
        'select count(*) from ' ~ feed.schema ~ '.QUARANTINE where feed = ' ~ landing_literal(feed.name)
        ~ ' and replayed_at is null'
    ) -%}
    {%- do run_query('commit') -%}
    {%- do run_query('drop table if exists ' ~ buffer) -%}
    {%- do print(feed.name ~ ': ' ~ landed ~ ' rows landed from quarantine, ' ~ left ~ ' left in it.') -%}
{%- endmacro %}

{% macro landing_read_quarantine(feed, buffer) -%}
    {%- set columns = landing_buffer_columns(feed) -%}
    {%- set fields = [] -%}
    {%- for name in (landing_delivered(feed) | map(attribute='name') | list) + ['+1'] -%}
        {%- do fields.append('parse_json(raw_values):"' ~ name ~ '"::text') -%}
    {%- endfor -%}
    {%- do run_query(
        'insert into ' ~ buffer ~ ' (source_file, source_content_key, source_row, raw_values, ' ~ columns | join(', ')
        ~ ') select source_file, source_content_key, source_row, raw_values, ' ~ fields | join(', ')
        ~ ' from ' ~ feed.schema ~ '.QUARANTINE where feed = ' ~ landing_literal(feed.name)
        ~ ' and replayed_at is null'
    ) -%}
    {#- A stream's null is a missing field here, and an empty text means null in a file. -#}
    {%- if 'relation' in feed.config.meta.landing['from'] -%}
        {%- do run_query('update ' ~ buffer ~ ' set c' ~ (columns | length - 1) ~ " = '' where c"
            ~ (columns | length - 1) ~ ' is null') -%}
    {%- endif -%}
{%- endmacro %}

{#- Number of rows that were good. -#}
{% macro landing_insert_replayed(feed, buffer, run) -%}
    {%- set names = [] -%}
    {%- set values = [] -%}
    {%- for column in landing_delivered(feed) -%}
        {%- do names.append(column.name) -%}
        {%- do values.append(landing_value('c' ~ loop.index, column.data_type)) -%}
    {%- endfor -%}
    {%- if 'relation' in feed.config.meta.landing['from'] -%}
        {%- set origin = {'airflow_ingested_at': landing_now(), 'source_database': 'b.source_content_key'} -%}
    {%- else -%}
        {%- set origin = {
            'source_file': 'b.source_file', 'ingested_at': landing_now(),
            'source_content_key': 'b.source_content_key', 'source_row': 'b.source_row',
        } -%}
    {%- endif -%}
    {{ return(landing_scalar(
        'insert into ' ~ landing_table(feed) ~ ' (' ~ (names + origin.keys() | list) | join(', ') ~ ', landing_run)'
        ~ ' select ' ~ (values + origin.values() | list) | join(', ') ~ ', ' ~ landing_literal(run)
        ~ ' from ' ~ buffer ~ ' b where not ' ~ landing_is_bad(feed)
    )) }}
{%- endmacro %}

{#- The replayed rows leave the quarantine's open ones, and the ledger counts them as loaded. -#}
{% macro landing_mark_replayed(feed, buffer) -%}
    {%- set good = buffer ~ ' b where not ' ~ landing_is_bad(feed) -%}
    {%- do run_query(
        'merge into ' ~ feed.schema ~ '.LANDED_FILES l using (select source_content_key, count(*) as n from '
        ~ good ~ ' group by 1) s on l.feed = ' ~ landing_literal(feed.name)
        ~ " and l.state = 'loaded' and l.content_key = s.source_content_key"
        ~ ' when matched then update set rows_loaded = l.rows_loaded + s.n, rows_rejected = l.rows_rejected - s.n'
    ) -%}
    {%- do run_query(
        'update ' ~ feed.schema ~ '.QUARANTINE q set replayed_at = ' ~ landing_now()
        ~ ' from (select distinct source_content_key, source_row, raw_values from ' ~ good ~ ') b'
        ~ ' where q.feed = ' ~ landing_literal(feed.name) ~ ' and q.replayed_at is null'
        ~ ' and q.source_content_key = b.source_content_key and q.source_row = b.source_row'
        ~ ' and q.raw_values = b.raw_values'
    ) -%}
{%- endmacro %}
