{% macro landing_lines_of_run(feed, run) -%}
    {%- set sql -%}
        select
            l.source_file, l.state, l.rows_parsed, l.rows_loaded, l.rows_rejected, l.first_error,
            coalesce(c.staged_at > l.staged_at, false) as is_corrected
        from {{ feed.schema }}.LANDED_FILES as l
        left join (
            select source_file, max(staged_at) as staged_at
            from {{ feed.schema }}.LANDED_FILES
            where feed = {{ landing_literal(feed.name) }} and state in ('loaded', 'duplicate')
            group by source_file
        ) as c on l.source_file = c.source_file
        where l.feed = {{ landing_literal(feed.name) }} and l.landing_run = {{ landing_literal(run) }}
            and l.state in ('loaded', 'refused', 'postponed', 'lost')
        order by l.source_file, l.staged_at
    {%- endset -%}
    {{ return(run_query(sql).rows) }}
{%- endmacro %}
