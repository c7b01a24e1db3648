{{
    config(
        materialized='incremental',
        unique_key='transaction_date',
        post_hook="{{ delete_emptied_groups('transaction_date') }}",
    )
}}

with

transactions as (

    {{ facts_to_build('transaction_date') }}

),

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

    group by transaction_date, merchant_key

)

select * from summarised
