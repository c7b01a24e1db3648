-- Count and money of each summary, against the facts themselves.
with

facts as (

    select
        count(*) as transactions,
        coalesce(sum(reporting_amount), 0) as reporting_amount

    from {{ ref('fct_transactions') }}

),

summaries as (

    {% for summary in [
        'fct_daily_transactions', 'fct_daily_merchants', 'fct_user_totals', 'fct_user_metrics'
    ] %}
    select
        '{{ summary }}' as summary,
        coalesce(sum(transactions), 0) as transactions,
        coalesce(sum(reporting_amount), 0) as reporting_amount

    from {{ ref(summary) }}

    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    summaries.summary,
    summaries.transactions,
    summaries.reporting_amount,
    facts.transactions as fact_transactions,
    facts.reporting_amount as fact_reporting_amount

from summaries

cross join facts

where
    summaries.transactions != facts.transactions
    or summaries.reporting_amount != facts.reporting_amount
