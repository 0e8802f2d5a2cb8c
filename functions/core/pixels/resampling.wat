;; Weighted sums of a picture's rows, and of the pixels of such a sum. `npm run build:kernel` assembles this file into
;; resampling-bytes.ts.
;;
;; Weights are integers of 14 bits behind the point, two in each 32-bit word: those of a row (or pixel) and of the next,
;; since i32x4.dot_i16x8_s multiplies two pairs of 16-bit integers and adds them up. Sums are integers, so that the bits
;; are the same on every processor.
;;
;; Instructions: https://webassembly.github.io/spec/core/exec/instructions.html
(module
  (import "host" "memory" (memory 1))

  ;; Sums rows of bytes to a row of 16-bit integers with 6 bits behind the point, 16 samples at a time. All parameters are
  ;; addresses or numbers of bytes; up to 15 samples behind the row's end are read and written as well.
  (func (export "blendRows")
    (param $rows i32) (param $rowBytes i32) (param $weights i32) (param $weightsEnd i32)
    (param $target i32) (param $targetEnd i32)

    (local $row i32) (local $weight i32)
    (local $pair v128) (local $upper v128) (local $lower v128) (local $mixed v128)
    (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)

    (loop $nextSamples
      (local.set $row (local.get $rows))
      (local.set $weight (local.get $weights))
      ;; A half of the last bit that is kept.
      (local.set $sum0 (v128.const i32x4 128 128 128 128))
      (local.set $sum1 (v128.const i32x4 128 128 128 128))
      (local.set $sum2 (v128.const i32x4 128 128 128 128))
      (local.set $sum3 (v128.const i32x4 128 128 128 128))

      (loop $nextPair
        (local.set $pair (v128.load32_splat (local.get $weight)))
        (local.set $upper (v128.load (local.get $row)))
        (local.set $lower (v128.load (i32.add (local.get $row) (local.get $rowBytes))))

        ;; Each sample beside the one below it.
        (local.set $mixed (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $upper) (local.get $lower)))
        (local.set $sum0 (i32x4.add (local.get $sum0)
          (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_u (local.get $mixed)) (local.get $pair))))
        (local.set $sum1 (i32x4.add (local.get $sum1)
          (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_u (local.get $mixed)) (local.get $pair))))
        (local.set $mixed
          (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $upper) (local.get $lower)))
        (local.set $sum2 (i32x4.add (local.get $sum2)
          (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_u (local.get $mixed)) (local.get $pair))))
        (local.set $sum3 (i32x4.add (local.get $sum3)
          (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_u (local.get $mixed)) (local.get $pair))))

        (local.set $row (i32.add (local.get $row) (i32.shl (local.get $rowBytes) (i32.const 1))))
        (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
        (br_if $nextPair (i32.lt_u (local.get $weight) (local.get $weightsEnd))))

      (v128.store (local.get $target)
        (i16x8.narrow_i32x4_s
          (i32x4.shr_s (local.get $sum0) (i32.const 8)) (i32x4.shr_s (local.get $sum1) (i32.const 8))))
      (v128.store offset=16 (local.get $target)
        (i16x8.narrow_i32x4_s
          (i32x4.shr_s (local.get $sum2) (i32.const 8)) (i32x4.shr_s (local.get $sum3) (i32.const 8))))

      (local.set $rows (i32.add (local.get $rows) (i32.const 16)))
      (local.set $target (i32.add (local.get $target) (i32.const 32)))
      (br_if $nextSamples (i32.lt_u (local.get $target) (local.get $targetEnd)))))

  ;; Sums pixels of such a row to pixels of three bytes. For each of them $starts has the address of the first pixel that
  ;; it takes, and $weights as many weights as for every other. All parameters are addresses or numbers of bytes; a byte
  ;; behind the target's end is written as well, and up to 10 behind the last pixel are read.
  (func (export "blendPixels")
    (param $starts i32) (param $startsEnd i32) (param $weights i32) (param $pixelWeightBytes i32) (param $target i32)

    (local $pixel i32) (local $weightsEnd i32) (local $sum v128) (local $pixels v128)

    (loop $nextPixel
      (local.set $pixel (i32.load (local.get $starts)))
      (local.set $weightsEnd (i32.add (local.get $weights) (local.get $pixelWeightBytes)))
      ;; A half of the last bit that is kept.
      (local.set $sum (v128.const i32x4 524288 524288 524288 524288))

      (loop $nextPair
        (local.set $pixels (v128.load (local.get $pixel)))
        ;; Red beside the next pixel's red, and so on; the fourth pair counts for nothing.
        (local.set $sum (i32x4.add (local.get $sum)
          (i32x4.dot_i16x8_s
            (i8x16.shuffle 0 1 6 7 2 3 8 9 4 5 10 11 12 13 14 15 (local.get $pixels) (local.get $pixels))
            (v128.load32_splat (local.get $weights)))))
        (local.set $pixel (i32.add (local.get $pixel) (i32.const 12)))
        (local.set $weights (i32.add (local.get $weights) (i32.const 4)))
        (br_if $nextPair (i32.lt_u (local.get $weights) (local.get $weightsEnd))))

      (local.set $sum (i32x4.shr_s (local.get $sum) (i32.const 20)))
      (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
      (v128.store32_lane 0 (local.get $target) (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))

      (local.set $target (i32.add (local.get $target) (i32.const 3)))
      (local.set $starts (i32.add (local.get $starts) (i32.const 4)))
      (br_if $nextPixel (i32.lt_u (local.get $starts) (local.get $startsEnd))))))
