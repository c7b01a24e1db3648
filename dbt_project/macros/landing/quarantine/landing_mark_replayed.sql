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
