{{ config(severity='warn') }}

-- Kinds of unknown members that more than one fact in twenty points at. The facts are complete even
-- then; a user file, a category or a rate is missing.
with

daily as (

    select * from {{ ref('fct_daily_quality') }}

),

counted as (

    {% for kind in ['user', 'merchant', 'category', 'currency'] %}
    select
        '{{ kind }}' as unknown_member,
        sum(transactions) as transactions,
        sum(unknown_{{ kind }}_transactions) as unknown_transactions

    from daily

    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from counted

where unknown_transactions > 0.05 * transactions
