with

transactions as (

    select * from {{ ref('int_transactions') }}

),

spellings as (

    select
        {{ surrogate_key(['lower(merchant)']) }} as merchant_key,
        merchant,
        category,
        count(*) as transactions,
        min(transaction_at) as first_transaction_at,
        max(transaction_at) as last_transaction_at

    from transactions

    where merchant is not null

    group by merchant, category

),

-- The spelling and the category used most often; the alphabet decides ties.
named as (

    select
        merchant_key,
        merchant

    from spellings

    group by merchant_key, merchant

    qualify row_number() over (
        partition by merchant_key order by sum(transactions) desc, merchant
    ) = 1

),

categorised as (

    select
        merchant_key,
        category

    from spellings

    where category is not null

    group by merchant_key, category

    qualify row_number() over (
        partition by merchant_key order by sum(transactions) desc, category
    ) = 1

),

seen as (

    select
        merchant_key,
        min(first_transaction_at) as first_transaction_at,
        max(last_transaction_at) as last_transaction_at

    from spellings

    group by merchant_key

),

members as (

    select
        seen.merchant_key,
        named.merchant,
        categorised.category as main_category,
        false as is_unknown,
        seen.first_transaction_at,
        seen.last_transaction_at

    from seen

    inner join named
        on seen.merchant_key = named.merchant_key

    left join categorised
        on seen.merchant_key = categorised.merchant_key

    union all

    select
        {{ unknown_key() }} as merchant_key,
        {{ unknown_key() }} as merchant,
        null::text as main_category,
        true as is_unknown,
        null::timestamp_ntz(6) as first_transaction_at,
        null::timestamp_ntz(6) as last_transaction_at

)

select * from members
