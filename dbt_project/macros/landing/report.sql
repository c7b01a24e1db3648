{#- What this run did to each file of a feed; fails when somebody has to look. Nobody has to when the
    file came again since and landed: then the run can be cleared, and ends green. -#}
{% macro landing_report(feed, run) -%}
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
            and l.state in ('loaded', 'refused', 'lost')
        order by l.source_file, l.staged_at
    {%- endset -%}
    {%- set lines = run_query(sql).rows -%}
    {%- set not_landed = {
        'refused': ' was refused: ', 'lost': ' did not arrive, the next run stages it again: ',
    } -%}
    {%- set faults = [] -%}
    {%- set total = namespace(parsed=0, loaded=0, rejected=0) -%}
    {%- for file, state, parsed, loaded, rejected, first_error, is_corrected in lines -%}
        {%- if state in not_landed -%}
            {%- if not is_corrected -%}
                {%- do faults.append(file ~ not_landed[state] ~ first_error) -%}
            {%- endif -%}
        {%- else -%}
            {%- set total.parsed = total.parsed + parsed | int -%}
            {%- set total.loaded = total.loaded + loaded | int -%}
            {%- set total.rejected = total.rejected + rejected | int -%}
            {%- if rejected | int -%}
                {%- set text = file ~ ': ' ~ rejected ~ ' of ' ~ parsed ~ ' rows rejected; ' ~ first_error -%}
                {%- do print(feed.name ~ ': ' ~ text) -%}
                {%- if not is_corrected and landing_over_limit(feed, parsed | int, rejected | int) -%}
                    {%- do faults.append(text) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do print(
        feed.name ~ ': ' ~ lines | length ~ ' files, ' ~ total.parsed ~ ' rows parsed, ' ~ total.loaded
        ~ ' loaded, ' ~ total.rejected ~ ' rejected.') -%}
    {%- if faults -%}
        {%- set more = ['and ' ~ (faults | length - 20) ~ ' more'] if faults | length > 20 else [] -%}
        {{ exceptions.raise_compiler_error(
            'LANDING ' ~ feed.name ~ ': all that could be landed is landed, but ' ~ faults | length
            ~ ' of ' ~ lines | length ~ ' files need a look:\n  ' ~ (faults[:20] + more) | join('\n  ')
            ~ '\nRejected rows are in ' ~ feed.schema ~ ".QUARANTINE where feed = '" ~ feed.name ~ "'."
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro landing_over_limit(feed, parsed, rejected) -%}
    {%- set limit = feed.config.meta.landing.get('reject_limit', {}) -%}
    {{ return(
        ('rows' in limit and rejected > limit.rows) or ('share' in limit and rejected > limit.share * parsed)
    ) }}
{%- endmacro %}
