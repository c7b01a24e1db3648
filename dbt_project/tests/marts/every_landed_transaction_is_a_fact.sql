-- Distinct keys of both raw tables, against the facts: nothing lost, nothing invented. What landed
-- after the facts were built is left to the next run.
with

facts as (

    select
        tx_id,
        landed_at

    from {{ ref('fct_transactions') }}

),

built as (

    select max(landed_at) as up_to from facts

),

landed as (

    select tx_id
    from {{ ref('stg_transactions_streaming_kafka') }}
    where landed_at <= (select built.up_to from built)

    union

    select tx_id
    from {{ ref('stg_transactions_batch_csv') }}
    where landed_at <= (select built.up_to from built)

)

select
    landed.tx_id as landed_tx_id,
    facts.tx_id as fact_tx_id

from landed

full outer join facts
    on landed.tx_id = facts.tx_id

where
    landed.tx_id is null
    or facts.tx_id is null
