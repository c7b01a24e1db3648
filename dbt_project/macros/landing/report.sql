{#- What this run did to each file of a feed; fails when somebody has to look. -#}
{% macro landing_report(feed, run) -%}
    {%- set sql -%}
        select source_file, state, rows_parsed, rows_loaded, rows_rejected, first_error
        from {{ feed.schema }}.LANDED_FILES
        where feed = {{ landing_literal(feed.name) }} and landing_run = {{ landing_literal(run) }}
            and state in ('loaded', 'refused', 'lost')
        order by source_file, staged_at
    {%- endset -%}
    {%- set lines = run_query(sql).rows -%}
    {%- set faults = [] -%}
    {%- set total = namespace(parsed=0, loaded=0, rejected=0) -%}
    {%- for file, state, parsed, loaded, rejected, first_error in lines -%}
        {%- if state == 'refused' -%}
            {%- do faults.append(file ~ ' was refused: ' ~ first_error) -%}
        {%- elif state == 'lost' -%}
            {%- do faults.append(file ~ ' did not arrive, the next run stages it again: ' ~ first_error) -%}
        {%- else -%}
            {%- set total.parsed = total.parsed + parsed | int -%}
            {%- set total.loaded = total.loaded + loaded | int -%}
            {%- set total.rejected = total.rejected + rejected | int -%}
            {%- if rejected | int -%}
                {%- set text = file ~ ': ' ~ rejected ~ ' of ' ~ parsed ~ ' rows rejected; ' ~ first_error -%}
                {%- do print(feed.name ~ ': ' ~ text) -%}
                {%- if landing_over_limit(feed, parsed | int, rejected | int) -%}
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
