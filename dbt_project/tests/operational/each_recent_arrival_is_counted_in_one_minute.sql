with

counted as (

    select coalesce(sum(transactions), 0) as transactions
    from {{ ref('transactions_per_minute') }}

),

arrived as (

    select count(*) as transactions
    from {{ ref('unload_transactions') }}
    where ingested_at > now() - interval '1 day'

)

select
    counted.transactions as counted_transactions,
    arrived.transactions as arrived_transactions

from counted

cross join arrived

where counted.transactions != arrived.transactions
