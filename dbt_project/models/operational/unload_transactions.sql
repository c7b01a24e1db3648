with

source as (

    select * from {{ source('postgres', 'transactions_sink') }}

),

renamed as (

    select

        ---------- the message
        tx_id,
        user_id,
        amount,
        currency,
        merchant,
        category,
        timestamp,

        ---------- maintained by the database
        ingested_at,
        ingest_xid

    from source

)

select * from renamed
