{{
    config(
        materialized='incremental',
        unique_key='user_id',
        post_hook="{{ delete_emptied_groups(ref('fct_transactions'), 'user_id') }}",
    )
}}

with

transactions as (

    select * from {{ ref('fct_transactions') }}

),

{% if is_incremental() %}

touched as (

    {{ changed_groups(ref('fct_transactions'), 'user_id') }}

),

{% endif %}

-- A user may be called as the unknown member is: is_unknown_user keeps the two apart, and of any
-- other user_id says the same for all facts.
transactions_to_build as (

    -- Only what is needed: three summaries read this.
    select
        user_id,
        is_unknown_user,
        transaction_date,
        category,
        merchant_key,
        transaction_type,
        reporting_amount,
        is_in_stream,
        is_in_file,
        is_unknown_category,
        is_unknown_merchant,
        is_unknown_date,
        landed_at,
        transformed_at

    from transactions

    {% if is_incremental() %}

    where user_id in (select touched.user_id from touched)

    {% endif %}

),

summarised as (

    select
        user_id,
        is_unknown_user,
        {{ transaction_measures() }},
        count(distinct iff(is_unknown_date, null, transaction_date)) as active_days,
        count(distinct iff(is_unknown_date, null, date_trunc('month', transaction_date)))
            as active_months,
        min(iff(is_unknown_date, null, transaction_date)) as first_transaction_date,
        max(iff(is_unknown_date, null, transaction_date)) as last_transaction_date,
        max(landed_at) as last_landed_at,
        max(transformed_at) as facts_transformed_at

    from transactions_to_build

    group by user_id, is_unknown_user

),

-- The category and merchant used most often; money spent, then the alphabet decide ties.
favourite_categories as (

    select
        user_id,
        is_unknown_user,
        category

    from transactions_to_build

    where not is_unknown_category

    group by user_id, is_unknown_user, category

    qualify row_number() over (
        partition by user_id, is_unknown_user
        order by count(*) desc, coalesce(sum(reporting_amount), 0) desc, category
    ) = 1

),

favourite_merchants as (

    select
        user_id,
        is_unknown_user,
        merchant_key

    from transactions_to_build

    where not is_unknown_merchant

    group by user_id, is_unknown_user, merchant_key

    qualify row_number() over (
        partition by user_id, is_unknown_user
        order by count(*) desc, coalesce(sum(reporting_amount), 0) desc, merchant_key
    ) = 1

),

final as (

    select
        summarised.user_id,
        favourite_categories.category as favourite_category,
        favourite_merchants.merchant_key as favourite_merchant_key,
        summarised.transactions,
        summarised.transactions_in_stream,
        summarised.transactions_in_file,
        summarised.reporting_amount,
        summarised.spending,
        summarised.income,
        summarised.other_amount,
        summarised.active_days,
        summarised.active_months,
        summarised.is_unknown_user,
        summarised.first_transaction_date,
        summarised.last_transaction_date,
        summarised.last_landed_at,
        summarised.facts_transformed_at,
        sysdate() as transformed_at

    from summarised

    left join favourite_categories
        on
            summarised.user_id = favourite_categories.user_id
            and summarised.is_unknown_user = favourite_categories.is_unknown_user

    left join favourite_merchants
        on
            summarised.user_id = favourite_merchants.user_id
            and summarised.is_unknown_user = favourite_merchants.is_unknown_user

)

select * from final
