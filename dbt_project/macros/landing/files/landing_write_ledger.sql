{% macro landing_write_ledger(feed, keys, buffer, at, run) -%}
    {%- set sql -%}
        merge into {{ feed.schema }}.LANDED_FILES l using (
            select
                p.content_key, p.rows_parsed, coalesce(q.rows_rejected, 0) as rows_rejected, q.first_error
            from (
                select {{ landing_content_key('file') }} as content_key, sum(records) - 1 as rows_parsed
                from (select file, count(*) as records from {{ buffer }} group by file) f
                group by 1
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
            landed_at = {{ at }},
            landing_run = {{ landing_literal(run) }}
    {%- endset -%}
    {%- do run_query(sql) -%}
{%- endmacro %}
