with

transactions as (

    select * from {{ ref('fct_transactions') }}

)

select
    transaction_date,
    currency,
    category,
    count(*) as transactions,
    count_if(is_in_stream) as transactions_in_stream,
    sum(amount) as amount

from transactions

group by transaction_date, currency, category
