;; A CRC of up to 64 bits, reflected, sixteen bytes at a time. `npm run build:kernel` assembles this file into
;; crc-bytes.ts.
;;
;; At address 0 lie sixteen tables of 256 words of 64 bits: table k has what a byte does to the CRC when k bytes follow it.
;; (M. E. Kounavis, F. L. Berry: Novel Table Lookup-Based Algorithms for High-Performance CRC Generation, IEEE ToC 57/11.)
;;
;; Instructions: https://webassembly.github.io/spec/core/exec/instructions.html
(module
  (import "host" "memory" (memory 1))

  ;; The CRC of what came before, continued by the bytes from $at until before $end.
  (func (export "continued") (param $crc i64) (param $at i32) (param $end i32) (result i64)
    (local $lower i64) (local $upper i64)

    (block $fewAreLeft
      (loop $sixteenBytes
        (br_if $fewAreLeft (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (i32.const 16)))
        (local.set $lower (i64.xor (local.get $crc) (i64.load (local.get $at))))
        (local.set $upper (i64.load offset=8 (local.get $at)))
        (local.set $crc
          (i64.xor
            (i64.xor
              (i64.xor
                (i64.xor
                  (i64.load offset=30720 (i32.and (i32.wrap_i64 (i64.shl (local.get $lower) (i64.const 3))) (i32.const 0x7f8)))
                  (i64.load offset=28672 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $lower) (i64.const 5))) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=26624 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $lower) (i64.const 13))) (i32.const 0x7f8)))
                  (i64.load offset=24576 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $lower) (i64.const 21))) (i32.const 0x7f8)))))
              (i64.xor
                (i64.xor
                  (i64.load offset=22528 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $lower) (i64.const 29))) (i32.const 0x7f8)))
                  (i64.load offset=20480 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $lower) (i64.const 37))) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=18432 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $lower) (i64.const 45))) (i32.const 0x7f8)))
                  (i64.load offset=16384 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $lower) (i64.const 53))) (i32.const 0x7f8))))))
            (i64.xor
              (i64.xor
                (i64.xor
                  (i64.load offset=14336 (i32.and (i32.wrap_i64 (i64.shl (local.get $upper) (i64.const 3))) (i32.const 0x7f8)))
                  (i64.load offset=12288 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $upper) (i64.const 5))) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=10240 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $upper) (i64.const 13))) (i32.const 0x7f8)))
                  (i64.load offset=8192 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $upper) (i64.const 21))) (i32.const 0x7f8)))))
              (i64.xor
                (i64.xor
                  (i64.load offset=6144 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $upper) (i64.const 29))) (i32.const 0x7f8)))
                  (i64.load offset=4096 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $upper) (i64.const 37))) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=2048 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $upper) (i64.const 45))) (i32.const 0x7f8)))
                  (i64.load offset=0 (i32.and (i32.wrap_i64 (i64.shr_u (local.get $upper) (i64.const 53))) (i32.const 0x7f8))))))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $sixteenBytes)))

    (block $noneIsLeft
      (loop $oneByte
        (br_if $noneIsLeft (i32.eq (local.get $at) (local.get $end)))
        (local.set $lower (i64.xor (local.get $crc) (i64.load8_u (local.get $at))))
        (local.set $crc (i64.xor (i64.shr_u (local.get $crc) (i64.const 8))
          (i64.load offset=0 (i32.and (i32.wrap_i64 (i64.shl (local.get $lower) (i64.const 3))) (i32.const 0x7f8)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $oneByte)))

    (local.get $crc)))
