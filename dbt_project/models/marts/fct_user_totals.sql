{{
    config(
        materialized='incremental',
        unique_key='user_id',
        post_hook="{{ delete_emptied_groups('user_id') }}",
    )
}}

with

transactions as (

    {{ facts_to_build('user_id') }}

),

-- A user may have the unknown member's name: is_unknown_user keeps the two apart. For any other
-- user_id it is the same in all facts.
needed_columns as (

    -- Three summaries read these.
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

    from needed_columns

    group by user_id, is_unknown_user

),

-- The category and merchant used most often; money spent, then the alphabet decide ties.
favourite_categories as (

    select
        user_id,
        is_unknown_user,
        category

    from needed_columns

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

    from needed_columns

    where not is_unknown_merchant

    group by user_id, is_unknown_user, merchant_key

    qualify row_number() over (
        partition by user_id, is_unknown_user
        order by count(*) desc, coalesce(sum(reporting_amount), 0) desc, merchant_key
    ) = 1

),

final as (

    select
        summarised.*,
        favourite_categories.category as favourite_category,
        favourite_merchants.merchant_key as favourite_merchant_key,
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
