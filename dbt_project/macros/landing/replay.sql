{#- Lands the rows of a feed's quarantine that are good now, and leaves the others.

    After a fix, of the landing block or of the values themselves:
        update RAW.QUARANTINE set raw_values = '{"tx_id": "t7", "amount": "1.50", ...}'
        where feed = 'x' and source_file = 'y.csv' and source_row = 7;

    By hand: python -m dags.landing replay NAME -#}
{% macro replay_quarantine(feed, run=invocation_id) -%}
    {%- set feed = landing_feed(feed) -%}
    {%- set buffer = landing_buffer(feed) -%}
    {%- do ensure_landing_objects() -%}
    {%- do ensure_feed(feed) -%}
    {%- set sql -%}
        create temporary table {{ buffer }} (
            source_file text, source_content_key text, source_row number(38,0), raw_values text,
            {{ landing_buffer_columns(feed) | join(' text, ') }} text
        )
    {%- endset -%}
    {%- do run_query(sql) -%}
    {%- do run_query('begin') -%}
    {%- do landing_take_turn(feed, run) -%}
    {%- do landing_read_quarantine(feed, buffer) -%}
    {%- set landed = landing_insert_replayed(feed, buffer, run) -%}
    {%- do landing_mark_replayed(feed, buffer) -%}
    {%- set left = landing_scalar('select count(*) from ' ~ landing_open_quarantine(feed)) -%}
    {%- do run_query('commit') -%}
    {%- do run_query('drop table if exists ' ~ buffer) -%}
    {%- do print(feed.name ~ ': ' ~ landed ~ ' rows landed from quarantine, ' ~ left ~ ' left in it.') -%}
{%- endmacro %}

{#- As the rest of a statement behind `from`. -#}
{% macro landing_open_quarantine(feed) -%}
    {%- set sql -%}
        {{ feed.schema }}.QUARANTINE where feed = {{ landing_literal(feed.name) }} and replayed_at is null
    {%- endset -%}
    {{ return(sql) }}
{%- endmacro %}

{% macro landing_read_quarantine(feed, buffer) -%}
    {%- set fields = [] -%}
    {%- for name in (landing_delivered(feed) | map(attribute='name') | list) + ['+1'] -%}
        {%- do fields.append('parse_json(raw_values):"' ~ name ~ '"::text') -%}
    {%- endfor -%}
    {%- set sql -%}
        insert into {{ buffer }} (
            source_file, source_content_key, source_row, raw_values,
            {{ landing_buffer_columns(feed) | join(', ') }}
        )
        select
            source_file, source_content_key, source_row, raw_values,
            {{ fields | join(', ') }}
        from {{ landing_open_quarantine(feed) }}
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}

{#- Number of rows that were good. -#}
{% macro landing_insert_replayed(feed, buffer, run) -%}
    {%- set origin = {'landing_run': landing_literal(run)} -%}
    {%- if landing_is_stream(feed) -%}
        {%- do origin.update({'airflow_ingested_at': landing_now(), 'source_database': 'b.source_content_key'}) -%}
    {%- else -%}
        {%- do origin.update({
            'source_file': 'b.source_file', 'ingested_at': landing_now(),
            'source_content_key': 'b.source_content_key', 'source_row': 'b.source_row',
        }) -%}
    {%- endif -%}
    {%- set names = (landing_delivered(feed) | map(attribute='name') | list) + origin.keys() | list -%}
    {%- set selected = [] -%}
    {%- for value in landing_values(feed) + origin.values() | list -%}
        {%- do selected.append(value ~ ' as ' ~ names[loop.index0]) -%}
    {%- endfor -%}
    {%- set sql -%}
        insert into {{ landing_table(feed) }} ({{ names | join(', ') }})
        select n.{{ names | join(', n.') }}
        from (select {{ selected | join(', ') }} from {{ buffer }} b where not {{ landing_is_bad(feed) }}) n
        {%- if landing_is_stream(feed) %}
        {#- A resync may have landed it meanwhile, because the view delivers it right now. #}
        where not exists (
            select 1 from {{ landing_table(feed) }} r where {{ landing_same_version(feed, 'r', 'n') }}
        )
        {%- endif %}
    {%- endset -%}
    {{ return(landing_scalar(sql)) }}
{%- endmacro %}

{#- The replayed rows leave the quarantine's open ones, and the ledger counts them as loaded. -#}
{% macro landing_mark_replayed(feed, buffer) -%}
    {%- set good = buffer ~ ' b where not ' ~ landing_is_bad(feed) -%}
    {%- set sql -%}
        merge into {{ feed.schema }}.LANDED_FILES l using (
            select source_content_key, count(*) as n from {{ good }} group by 1
        ) s
        on l.feed = {{ landing_literal(feed.name) }}
            and l.state = 'loaded' and l.content_key = s.source_content_key
        when matched then update set
            rows_loaded = l.rows_loaded + s.n, rows_rejected = l.rows_rejected - s.n
    {%- endset -%}
    {%- do run_query(sql) -%}
    {%- set sql -%}
        update {{ feed.schema }}.QUARANTINE q set replayed_at = {{ landing_now() }}
        from (select distinct source_content_key, source_row, raw_values from {{ good }}) b
        where q.feed = {{ landing_literal(feed.name) }} and q.replayed_at is null
            and q.source_content_key = b.source_content_key and q.source_row = b.source_row
            and q.raw_values = b.raw_values
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}
