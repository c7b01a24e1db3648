with

transactions as (

    select * from {{ ref('int_transactions') }}

)

select
    ---------- ids
    tx_id,
    user_id,

    ---------- text
    source,
    currency,
    merchant,
    category,
    source_file,

    ---------- numerics
    amount,
    stream_versions,
    file_versions,

    ---------- booleans
    is_in_stream,
    is_in_file,

    ---------- dates
    transaction_at::date as transaction_date,

    ---------- timestamps
    transaction_at,
    landed_at

from transactions
