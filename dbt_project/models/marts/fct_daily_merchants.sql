{{
    config(
        materialized='incremental',
        unique_key='transaction_date',
        post_hook="{{ delete_emptied_groups(ref('fct_transactions'), 'transaction_date') }}",
    )
}}

with

transactions as (

    select * from {{ ref('fct_transactions') }}

),

{% if is_incremental() %}

touched as (

    {{ changed_groups(ref('fct_transactions'), 'transaction_date') }}

),

{% endif %}

summarised as (

    select
        ---------- the group
        {{ surrogate_key(['transaction_date', 'merchant_key']) }} as daily_merchant_key,
        transaction_date,
        merchant_key,

        ---------- measures
        {{ transaction_measures() }},
        count(distinct user_id) as users,

        ---------- lineage
        max(transformed_at) as facts_transformed_at,
        sysdate() as transformed_at

    from transactions

    {% if is_incremental() %}

    where transaction_date in (select touched.transaction_date from touched)

    {% endif %}

    group by transaction_date, merchant_key

)

select * from summarised
