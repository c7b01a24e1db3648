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

users as (

    select * from {{ ref('dim_users') }}

),

transactions_with_tier as (

    select
        transactions.*,
        coalesce(users.customer_tier, {{ unknown_key() }}) as customer_tier

    from transactions

    left join users
        on transactions.user_key = users.user_key
),

summarised as (

    select
        ---------- the group
        {{ surrogate_key(['transaction_date', 'category_key', 'currency_code', 'customer_tier']) }}
            as daily_transactions_key,
        transaction_date,
        category_key,
        currency_code,
        customer_tier,

        ---------- measures
        {{ transaction_measures() }},
        count(distinct user_id) as users,
        coalesce(sum({{ possible_amount('amount') }}), 0)::number(38, 6) as amount,

        ---------- quality
        count_if(is_late) as late_transactions,
        count_if(is_resent) as resent_transactions,
        count_if(is_in_stream and is_in_file) as transactions_in_both,
        count_if(is_contradicted) as contradicted_transactions,
        count_if(is_before_registration) as transactions_before_registration,
        count_if(is_unknown_user) as unknown_user_transactions,
        count_if(is_unknown_merchant) as unknown_merchant_transactions,
        count_if(is_unknown_category) as unknown_category_transactions,
        count_if(is_unknown_currency) as unknown_currency_transactions,
        count_if(is_unconverted) as unconverted_transactions,

        ---------- lineage
        max(transformed_at) as facts_transformed_at,
        sysdate() as transformed_at

    from transactions_with_tier

    group by transaction_date, category_key, currency_code, customer_tier

)

select * from summarised
